/** Nested arrays and objects: Keras's `tree` namespace. */
import {
  flatten as leavesOf,
  forEachLeaf,
  mapTree,
  packLike,
  sameStructure,
  type Tree,
} from "../util/tree.ts";
import { DataError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";

/** A path to a leaf: indices of arrays and keys of objects. */
export type Path = readonly (string | number)[];

/** Whether a value is an array or a plain object. @see Keras `tree.is_nested` */
export function isNested(structure: unknown): boolean {
  return Array.isArray(structure) || isPlainObject(structure);
}

/**
 * The leaves of nested arrays and plain objects, from left to right; objects in the order of their sorted keys.
 *
 * @see Keras `tree.flatten`
 */
export function flatten<T>(structure: Tree<T>): T[] {
  return leavesOf<T>(structure);
}

/** The leaves with their paths: `[[["a", 0], 1], …]`. @see Keras `tree.flatten_with_path` */
export function flattenWithPath<T>(structure: Tree<T>): [path: Path, leaf: T][] {
  const found: [Path, T][] = [];
  const visit = (node: Tree<T>, path: Path): void => {
    if (Array.isArray(node)) node.forEach((child: Tree<T>, i) => visit(child, [...path, i]));
    else if (isPlainObject(node)) {
      for (const key of Object.keys(node).sort()) visit(node[key] as Tree<T>, [...path, key]); // SAFETY: key exists
    } else found.push([path, node as T]); // SAFETY: neither array nor object, hence a leaf
  };
  visit(structure, []);
  return found;
}

/**
 * The structure with `func` of its leaves; with several structures of one form, `func` gets a leaf of each.
 *
 * @throws {DataError} when the forms differ.
 * @see Keras `tree.map_structure`
 */
export function mapStructure<T, U>(
  func: (leaf: T, ...others: T[]) => U,
  structure: Tree<T>,
  ...others: readonly Tree<T>[]
): Tree<U> {
  for (const other of others) assertSameStructure(structure, other);
  const leaves = others.map((other) => leavesOf<T>(other));
  let next = 0;
  return mapTree<T, U>(structure, (leaf) => {
    const rest = leaves.map((list) => list[next] as T); // SAFETY: of the same form
    next++;
    return func(leaf, ...rest);
  });
}

/**
 * Like `mapStructure`, down to the leaves of `shallow` alone: `func` gets whatever stands in their places.
 *
 * @throws {DataError} where a structure ends before `shallow` does.
 * @see Keras `tree.map_structure_up_to`
 */
export function mapStructureUpTo<U>(
  shallow: Tree<unknown>,
  func: (...parts: unknown[]) => U,
  ...structures: readonly unknown[]
): Tree<U> {
  return mapTree<unknown, U>(shallow, (_, path) =>
    func(...structures.map((structure) => partAt(structure, path))),
  );
}

function partAt(structure: unknown, path: readonly string[]): unknown {
  let part = structure;
  for (const key of path) {
    if (typeof part !== "object" || part === null || !(key in part)) {
      throw new DataError(
        `tree: expected a structure with something at ${path.join("/")}, received one that ends before. Give one at least as deep.`,
      );
    }
    part = Reflect.get(part, key);
  }
  return part;
}

/**
 * Leaves in the form of a structure.
 *
 * @throws {DataError} when their numbers differ.
 * @see Keras `tree.pack_sequence_as`
 */
export function packSequenceAs<U>(structure: Tree<unknown>, flatSequence: readonly U[]): Tree<U> {
  const count = leavesOf(structure).length;
  if (count !== flatSequence.length) {
    throw new DataError(
      `tree.packSequenceAs: expected ${count} leaves, as the structure has, received ${flatSequence.length}.`,
    );
  }
  return packLike<unknown, U>(structure, flatSequence);
}

/**
 * @throws {DataError} when two structures differ in their arrays, keys or the places of their leaves.
 * @see Keras `tree.assert_same_structure`
 */
export function assertSameStructure(a: Tree<unknown>, b: Tree<unknown>): void {
  if (sameStructure(a, b)) return;
  throw new DataError(
    `tree.assertSameStructure: expected ${describe(a)}, received ${describe(b)}. Leaves are shown as *.`,
  );
}

/**
 * @throws {DataError} when the leaves of two structures lie at other paths.
 * @see Keras `tree.assert_same_paths`
 */
export function assertSamePaths(a: Tree<unknown>, b: Tree<unknown>): void {
  const paths = (tree: Tree<unknown>): string => {
    const found: string[] = [];
    forEachLeaf(tree, (_, path) => found.push(`/${path.join("/")}`));
    return found.join(", ");
  };
  if (paths(a) === paths(b)) return;
  throw new DataError(`tree.assertSamePaths: expected leaves at ${paths(a)}; received them at ${paths(b)}.`);
}

/** What the function of `traverse` gives for a node that is to become null. @see Keras `tree.MAP_TO_NONE` */
export const MAPTONONE: unique symbol = Symbol("tree.MAPTONONE");

/**
 * Calls `func` on every node, before its children (`topDown`, the default) or after. Where it gives something other than
 * undefined, that takes the node's place (null for `MAPTONONE`), and its children are left as they are.
 *
 * @see Keras `tree.traverse`
 */
export function traverse(
  func: (node: unknown) => unknown,
  structure: unknown,
  { topDown = true }: { readonly topDown?: boolean } = {},
): unknown {
  if (topDown) {
    const replaced = func(structure);
    if (replaced !== undefined) return replaced === MAPTONONE ? null : replaced;
  }
  const go = (child: unknown): unknown => traverse(func, child, { topDown });
  let node = structure;
  if (Array.isArray(structure)) node = structure.map(go);
  else if (isPlainObject(structure)) {
    const entries = Object.entries(structure).sort(([x], [y]) => (x < y ? -1 : 1));
    node = Object.fromEntries(entries.map(([key, child]) => [key, go(child)]));
  }
  if (topDown) return node;
  const replaced = func(node);
  if (replaced === undefined) return node;
  return replaced === MAPTONONE ? null : replaced;
}

/**
 * The structure with arrays that cannot be changed in place of its arrays, as tuples are in Python. Objects stay objects.
 *
 * @example
 * tree.listsToTuples([1, { a: [2, 3] }]); // the same values; both arrays are frozen
 * @see Keras `tree.lists_to_tuples`
 */
export function listsToTuples<T>(structure: T): T {
  const freeze = (node: unknown): unknown => (Array.isArray(node) ? Object.freeze([...node]) : undefined);
  return traverse(freeze, structure, { topDown: false }) as T; // SAFETY: of the same form, with the same leaves
}

/**
 * The structure with `func` of its shapes: of arrays that hold whole numbers and nulls alone. Other leaves are given to
 * `func` as well.
 *
 * @example
 * tree.mapShapeStructure((shape) => [...shape, 1], { a: [null, 2], b: [3] }); // { a: [null, 2, 1], b: [3, 1] }
 * @see Keras `tree.map_shape_structure`
 */
export function mapShapeStructure<T, U>(func: (shape: T) => U, structure: Tree<T>): Tree<U> {
  const isShape = (node: unknown): boolean =>
    Array.isArray(node) && node.every((dim) => dim === null || Number.isInteger(dim));
  const visit = (node: Tree<T>): Tree<U> => {
    if (isShape(node)) return func(node as T); // SAFETY: what func takes, as a shape
    if (Array.isArray(node)) return node.map((child: Tree<T>) => visit(child));
    if (!isPlainObject(node)) return func(node as T); // SAFETY: a leaf
    const entries = Object.keys(node)
      .sort()
      .map((key): [string, Tree<U>] => [key, visit(node[key] as Tree<T>)]); // SAFETY: key exists
    const mapped = new Map(entries);
    return Object.fromEntries(Object.keys(node).map((key) => [key, mapped.get(key) as Tree<U>])); // SAFETY: mapped above
  };
  return visit(structure);
}

function describe(tree: Tree<unknown>): string {
  return JSON.stringify(mapTree(tree, () => "*"));
}

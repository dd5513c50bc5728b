import { isPlainObject } from "./options.ts";

/** A value, or arrays and plain objects of such values, nested to any depth. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** Keys of an object node in the order in which leaves are visited: sorted, as Keras (and optree) do. */
function keysOf(node: object): string[] {
  return Object.keys(node).sort();
}

/** The leaves of a tree from left to right; objects in the order of their sorted keys. */
export function flatten<T>(tree: Tree<T>): T[] {
  const leaves: T[] = [];
  forEachLeaf<T>(tree, (leaf) => leaves.push(leaf));
  return leaves;
}

/** Visits every leaf with its path, such as `["encoder", "0"]`. */
export function forEachLeaf<T>(
  tree: Tree<T>,
  visit: (leaf: T, path: readonly string[]) => void,
  path: readonly string[] = [],
): void {
  if (Array.isArray(tree))
    tree.forEach((child: Tree<T>, i) => forEachLeaf(child, visit, [...path, String(i)]));
  else if (isPlainObject(tree)) {
    // SAFETY: a plain object in a Tree<T> is an object node: leaves are never plain objects.
    const node = tree as { readonly [key: string]: Tree<T> };
    for (const key of keysOf(node)) forEachLeaf<T>(node[key] as Tree<T>, visit, [...path, key]); // SAFETY: key exists
  } else visit(tree as T, path); // SAFETY: neither array nor plain object, hence a leaf
}

/** A tree of the same form whose leaves are `f(leaf, path)`. Keys keep their own order; `f` is called in sorted order. */
export function mapTree<T, U>(
  tree: Tree<T>,
  f: (leaf: T, path: readonly string[]) => U,
  path: readonly string[] = [],
): Tree<U> {
  if (Array.isArray(tree)) return tree.map((child: Tree<T>, i) => mapTree(child, f, [...path, String(i)]));
  if (isPlainObject(tree)) {
    // SAFETY: as in forEachLeaf.
    const node = tree as { readonly [key: string]: Tree<T> };
    const mapped = new Map(
      keysOf(node).map((key) => [key, mapTree<T, U>(node[key] as Tree<T>, f, [...path, key])]),
    ); // SAFETY: key exists
    return Object.fromEntries(Object.keys(node).map((key) => [key, mapped.get(key) as Tree<U>])); // SAFETY: mapped above
  }
  return f(tree as T, path); // SAFETY: a leaf
}

/** Puts `leaves` (in `flatten` order) into the form of `tree`. */
export function packLike<T, U>(tree: Tree<T>, leaves: readonly U[]): Tree<U> {
  let next = 0;
  // SAFETY: the caller gives as many leaves as the tree has.
  return mapTree(tree, () => leaves[next++] as U);
}

/** True when both trees have the same arrays, keys and leaves in the same places. */
export function sameStructure(a: Tree<unknown>, b: Tree<unknown>): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((x: Tree<unknown>, i) => sameStructure(x, b[i] as Tree<unknown>))
    ); // SAFETY: same length
  }
  if (isPlainObject(a) || isPlainObject(b)) {
    if (!isPlainObject(a) || !isPlainObject(b)) return false;
    const keys = keysOf(a);
    return (
      keys.join("\0") === keysOf(b).join("\0") &&
      keys.every((key) => sameStructure(a[key] as Tree<unknown>, b[key] as Tree<unknown>))
    ); // SAFETY: same keys
  }
  return true;
}

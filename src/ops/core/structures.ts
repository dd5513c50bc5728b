import type { DType } from "../../ir/dtypes.ts";
import * as p from "./primitives/index.ts";
import { type Var } from "../../ir/program.ts";
import { formatShape } from "../../ir/shape.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import { flatten, mapTree, packLike, type Tree } from "../../util/tree.ts";
import { toBool } from "./compute.ts";
import { isTensorHolder, isTypedArray, type TensorInput, toValue } from "./convert.ts";
import { castTo, wrap } from "./lift.ts";
import type { Tensor } from "./tensor.ts";
import { Value } from "./value.ts";

function isLeaf(value: unknown): boolean {
  return (
    value instanceof Value ||
    isTensorHolder(value) ||
    isTypedArray(value) ||
    typeof value === "number" ||
    typeof value === "boolean"
  );
}

function holdsTensor(node: unknown): boolean {
  if (node instanceof Value || isTensorHolder(node) || isTypedArray(node)) return true;
  return Array.isArray(node)
    ? node.some(holdsTensor)
    : isPlainObject(node) && Object.values(node).some(holdsTensor);
}

/** The tensors of a structure, each leaf made one. */
export function tensorsOf(where: string, structure: unknown): Tree<Tensor> {
  return mapTree<unknown, Tensor>(structure, (leaf) => {
    if (!isLeaf(leaf))
      throw new OptionError(
        `${where}: expected tensors or numbers, received ${leaf === null ? "null" : typeof leaf}.`,
      );
    return toValue(leaf as TensorInput) as Tensor; // SAFETY: symbolic values were replaced before the body runs
  });
}

/** Data for the steps: nested numbers without a tensor among them are one tensor. */
export function stepsOf(where: string, xs: unknown): Tree<Tensor> | null {
  if (xs === null || xs === undefined) return null;
  // SAFETY: nested numbers, which toValue checks.
  return holdsTensor(xs) ? tensorsOf(where, xs) : (toValue(xs as TensorInput) as Tensor);
}

export function varsOf(tree: Tree<Tensor>): Var[] {
  return flatten<Tensor>(tree).map((x) => x.traced);
}

export function like(tree: Tree<unknown>, values: readonly Var[]): Tree<Tensor> {
  return packLike(tree, values.map(wrap));
}

/** Numbers among the initial values take the dtypes that the body gives back. */
export function settleDTypes(init: Tree<Tensor>, dtypes: readonly DType[]): Tree<Tensor> {
  const leaves = flatten<Tensor>(init).map((x, i) =>
    x.isWeak ? wrap(castTo(x.traced, dtypes[i] ?? x.dtype)) : x,
  );
  return packLike(init, leaves);
}

/** A scalar condition as a bool. */
export function conditionOf(where: string, value: unknown): Var {
  const test = toBool((toValue(value as TensorInput) as Tensor).traced); // SAFETY: the caller's condition gives a tensor or a boolean
  if (test.shape.reduce((a, b) => a * b, 1) !== 1)
    throw new ShapeError(
      `${where}: expected a condition of one element, received shape ${formatShape(test.shape)}.`,
    );
  return p.reshape(test, []);
}

import type { DType } from "../../ir/dtypes.ts";
import type { Constant } from "./constant.ts";
import { isOne, type Size, zipLists } from "./size.ts";

/**
 * What stands for a value of the program in the graph: a tensor, or a constant that has no tensor yet.
 *
 * It may be stored in another order of axes, and smaller where it repeats: so that transposes next to each other cancel
 * (convolutions of ONNX have channels first), and that operators broadcast for themselves. The value is the stored
 * tensor, transposed by `perm`, broadcast to `shape` as NumPy does.
 */
export interface Value {
  readonly dtype: DType;
  /** Shape in the program. */
  readonly shape: readonly Size[];
  readonly source: string | Constant;
  /** Shape of the tensor. */
  readonly stored: readonly Size[];
  /** Axis i of the value is axis `perm[i]` of the tensor; null: the same order. */
  readonly perm: readonly number[] | null;
}

/** The constant that a value is, or null. */
export function constantIn({ source }: Value): Constant | null {
  return typeof source === "string" ? null : source;
}

export function isConstant(value: Value): boolean {
  return typeof value.source !== "string";
}

export function constantValue(constant: Constant, shape: readonly Size[], count: number): Value {
  const lists = Array.from({ length: count }, () => constant.shape);
  return { dtype: constant.dtype, shape, source: constant, stored: zipLists(lists), perm: null };
}

/** The identity as null. */
export function normalPerm(perm: readonly number[]): readonly number[] | null {
  return perm.every((axis, i) => axis === i) ? null : perm;
}

/** The permutation that undoes another. */
export function inverse(perm: readonly number[]): number[] {
  return perm.map((_, i) => perm.indexOf(i));
}

/** Shape after broadcasting, as NumPy does. */
export function broadcastSizes(shapes: readonly (readonly Size[])[]): Size[] {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.flatMap((shape) => {
      const size = shape[i - rank + shape.length];
      return size === undefined ? [] : [size];
    });
    return sizes.find((size) => !isOne(size)) ?? sizes[0] ?? [];
  });
}

/** Axes of a tensor after `perm`, with axes of size 1 in front up to a rank. */
export function padRank(stored: readonly Size[], rank: number, one: Size): Size[] {
  return [...Array.from({ length: Math.max(0, rank - stored.length) }, () => one), ...stored];
}

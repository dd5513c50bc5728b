import type { DType } from "../dtypes.ts";
import type { BroadcastDim } from "./broadcast.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Autocast, Expected, ShapeRule } from "./rule.ts";
import type { Differ, Dim, IsWide, Shape, Show } from "./shape.ts";

/**
 * The shape of Keras's element-wise merging (`layers/merging/base_merge.py`): batch sizes must agree and stay apart from
 * the broadcast of the other axes, in which an unknown size makes the result unknown.
 */
export type Merged<Name extends string, A extends Shape, B extends Shape> =
  IsWide<A> extends true
    ? Shape
    : IsWide<B> extends true
      ? Shape
      : MergedShape<A, B> extends infer S extends Shape
        ? S
        : ShapeMismatch<`${Name}: cannot broadcast ${Show<A>} with ${Show<B>}`>;

type MergedShape<A extends Shape, B extends Shape> = A extends readonly [
  infer X extends Dim,
  ...infer As extends Shape,
]
  ? B extends readonly [infer Y extends Dim, ...infer Bs extends Shape]
    ? BatchOf<X, Y> extends infer N extends Dim
      ? MergedFrom<As, Bs, readonly []> extends infer R extends Shape
        ? readonly [N, ...R]
        : undefined
      : undefined
    : undefined
  : undefined;

type BatchOf<X extends Dim, Y extends Dim> =
  Differ<X, Y> extends true ? undefined : [X] extends [null] ? Y : X;

type MergedFrom<A extends Shape, B extends Shape, R extends Shape> = A extends readonly [
  ...infer As extends Shape,
  infer X extends Dim,
]
  ? B extends readonly [...infer Bs extends Shape, infer Y extends Dim]
    ? MergedDim<X, Y> extends infer Z extends Dim
      ? MergedFrom<As, Bs, readonly [Z, ...R]>
      : undefined
    : readonly [...A, ...R]
  : readonly [...B, ...R];

type MergedDim<X extends Dim, Y extends Dim> = [X] extends [null]
  ? null
  : [Y] extends [null]
    ? null
    : null extends X | Y
      ? Dim
      : BroadcastDim<X, Y>;

/** N shapes merged from left to right. */
export type MergedAll<Name extends string, T extends readonly Shape[]> = number extends T["length"]
  ? Shape
  : T extends readonly [infer A extends Shape, ...infer Rest extends readonly Shape[]]
    ? Fold<Name, A, Rest>
    : ShapeMismatch<`${Name}: expected at least one input`>;

type Fold<Name extends string, A, T extends readonly Shape[]> = A extends Shape
  ? T extends readonly [infer B extends Shape, ...infer Rest extends readonly Shape[]]
    ? Fold<Name, Merged<Name, A, B>, Rest>
    : A
  : A;

/** Add, Average, Maximum, Minimum, Multiply, Subtract: an array of shapes → their broadcast. */
export interface MergeRule<Name extends string, D extends DType = "float32"> extends ShapeRule {
  readonly out: this["in"] extends infer T extends readonly Shape[]
    ? MergedAll<Name, T>
    : Expected<Name, "an array of tensors">;
  readonly outDtype: Autocast<this["inDtype"], D>;
}

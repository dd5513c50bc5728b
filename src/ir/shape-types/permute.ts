import type { DType } from "../dtypes.ts";
import type { AxisOf } from "./axis.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Autocast, Expected, ShapeRule } from "./rule.ts";
import type { Dim, IsWide, Shape, Show } from "./shape.ts";

/** The axes of S in another order (from the front, or negative); all reversed when `axes` is `null`. */
export type Transposed<Name extends string, S extends Shape, A extends readonly number[] | null = null> =
  IsWide<S> extends true
    ? Shape
    : A extends readonly number[]
      ? number extends A["length"]
        ? { readonly [K in keyof S]: Dim }
        : A["length"] extends S["length"]
          ? Picked<S, A> extends infer R extends Shape
            ? R
            : ShapeMismatch<`${Name}: axes ${Show<A>} are out of range for ${Show<S>}`>
          : ShapeMismatch<`${Name}: expected an axis for each of ${Show<S>}, received ${Show<A>}`>
      : Reverse<S>;

type Picked<
  S extends Shape,
  A extends readonly number[],
  R extends Shape = readonly [],
> = A extends readonly [infer H extends number, ...infer Rest extends readonly number[]]
  ? AxisOf<S, H> extends infer I extends number
    ? Picked<S, Rest, readonly [...R, S[I] extends infer D extends Dim ? D : Dim]>
    : undefined
  : R;

type Reverse<S extends Shape, R extends Shape = readonly []> = S extends readonly [
  infer D extends Dim,
  ...infer Rest extends Shape,
]
  ? Reverse<Rest, readonly [D, ...R]>
  : R;

/** Permute: `dims` counts the axes behind the batch axis from 1. */
export interface PermuteRule<A extends readonly number[], D extends DType = "float32"> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? IsWide<S> extends true
      ? Shape
      : Transposed<"Permute", S, readonly [0, ...A]>
    : Expected<"Permute", "one tensor">;
  readonly outDtype: Autocast<this["inDtype"], D>;
}

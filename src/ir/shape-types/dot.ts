import type { DType } from "../dtypes.ts";
import type { AxisOf, RemoveAxis } from "./axis.ts";
import type { DimAt } from "./concatenate.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Autocast, Expected, ShapeRule } from "./rule.ts";
import type { Differ, Dim, IsWide, Shape, Show } from "./shape.ts";

/** One axis for both inputs, or one for each. */
export type DotAxes = number | readonly [number, number];

type Of<A extends DotAxes, I extends 0 | 1> = A extends readonly [number, number]
  ? A[I]
  : A extends number
    ? A
    : never;

/** The shape of a batched product of two tensors over one axis of each. */
export type Dotted<A extends Shape, B extends Shape, X extends DotAxes> =
  IsWide<A> extends true
    ? Shape
    : IsWide<B> extends true
      ? Shape
      : AxisOf<A, Of<X, 0>> extends infer I extends number
        ? AxisOf<B, Of<X, 1>> extends infer J extends number
          ? number extends I | J
            ? Shape
            : Differ<DimAt<A, I>, DimAt<B, J>> extends true
              ? ShapeMismatch<`Dot: axis ${I} of ${Show<A>} and axis ${J} of ${Show<B>} differ`>
              : Product<RemoveAxis<A, I>, RemoveAxis<B, J>>
          : ShapeMismatch<`Dot: axes out of range for ${Show<A>} and ${Show<B>}`>
        : ShapeMismatch<`Dot: axes out of range for ${Show<A>} and ${Show<B>}`>;

/** Both without the axis summed over; the batch axis once; at least rank 2. */
type Product<A extends Shape, B extends Shape> = B extends readonly [Dim, ...infer Rest extends Shape]
  ? readonly [...A, ...Rest] extends readonly [infer N extends Dim]
    ? readonly [N, 1]
    : readonly [...A, ...Rest]
  : Shape;

/** Dot: two shapes → their product over `axes`. */
export interface DotRule<X extends DotAxes, D extends DType = "float32"> extends ShapeRule {
  readonly out: this["in"] extends readonly [infer A extends Shape, infer B extends Shape]
    ? Dotted<A, B, X>
    : this["in"] extends readonly Shape[]
      ? number extends this["in"]["length"]
        ? Shape
        : Expected<"Dot", "two tensors">
      : Expected<"Dot", "two tensors">;
  readonly outDtype: Autocast<this["inDtype"], D>;
}

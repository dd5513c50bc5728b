import type { DType } from "../dtypes.ts";
import type { Multiply } from "./arithmetic/multiply.ts";
import type { Autocast, Expected, ShapeRule } from "./rule.ts";
import type { Dim, IsWide, Shape } from "./shape.ts";

/** The number of elements of a shape; `null` as soon as one size is unknown. */
export type Product<S extends Shape, P extends Dim = 1> = S extends readonly [
  infer D extends Dim,
  ...infer Rest extends Shape,
]
  ? Product<Rest, Multiply<P, D>>
  : P;

/** S with all axes behind the first in one. */
export type FlattenShape<S extends Shape> =
  IsWide<S> extends true
    ? readonly [Dim, Dim]
    : S extends readonly [infer B extends Dim, ...infer Rest extends Shape]
      ? readonly [B, Product<Rest>]
      : Shape;

/** Flatten: `[batch, a, b, …]` → `[batch, a · b · …]`. */
export interface FlattenRule<D extends DType = "float32"> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? FlattenShape<S>
    : Expected<"Flatten", "one tensor">;
  readonly outDtype: Autocast<this["inDtype"], D>;
}

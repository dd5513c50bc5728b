import type { DType } from "../dtypes.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Autocast, Expected, ShapeRule } from "./rule.ts";
import type { Dim, IsWide, Shape, Show } from "./shape.ts";

/** RepeatVector: `[batch, features]` → `[batch, n, features]`. */
export interface RepeatVectorRule<N extends number, D extends DType = "float32"> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? IsWide<S> extends true
      ? readonly [Dim, N, Dim]
      : S extends readonly [infer B extends Dim, infer F extends Dim]
        ? readonly [B, N, F]
        : ShapeMismatch<`RepeatVector: expected an input of rank 2, received ${Show<S>}`>
    : Expected<"RepeatVector", "one tensor">;
  readonly outDtype: Autocast<this["inDtype"], D>;
}

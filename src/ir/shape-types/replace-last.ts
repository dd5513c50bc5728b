import type { DType } from "../dtypes.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Expected, ShapeRule } from "./rule.ts";
import type { Dim, Init, IsWide, Shape, Show } from "./shape.ts";

/** S with its last size replaced: the output of Dense. */
export type ReplaceLast<S extends Shape, U extends Dim> =
  IsWide<S> extends true ? Shape : readonly [...Init<S>, U];

/** Dense: `[batch, …, n]` → `[batch, …, units]`. */
export interface DenseRule<U extends number, D extends DType = "float32"> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape ? Dense<S, U> : Expected<"Dense", "one tensor">;
  readonly outDtype: D;
}

type Dense<S extends Shape, U extends number> =
  IsWide<S> extends true
    ? Shape
    : S extends readonly [Dim, ...Shape, infer N extends Dim]
      ? [N] extends [null]
        ? ShapeMismatch<`Dense: the last axis of the input must be known, received ${Show<S>}`>
        : ReplaceLast<S, U>
      : ShapeMismatch<`Dense: expected an input of rank >= 2, received ${Show<S>}`>;

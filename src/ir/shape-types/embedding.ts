import type { DType } from "../dtypes.ts";
import type { Expected, ShapeRule } from "./rule.ts";
import type { IsWide, Shape } from "./shape.ts";

/** Embedding: `[batch, …]` → `[batch, …, outputDim]`. */
export interface EmbeddingRule<N extends number, D extends DType = "float32"> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? IsWide<S> extends true
      ? Shape
      : readonly [...S, N]
    : Expected<"Embedding", "one tensor">;
  readonly outDtype: D;
}

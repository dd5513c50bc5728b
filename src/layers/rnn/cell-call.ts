import type { LayerCallOptions } from "../../graph/layer-base.ts";
import type { Dim, FamilyOf, TensorLike, TensorOf } from "../../ir/shape-types/index.ts";

/** How built-in cells are called: one step, `(inputs, states) → [output, next states]`, the states in the form given. */
export interface CellCall<U extends number> {
  <const I extends TensorLike, S>(
    inputs: I,
    states: S,
    options?: LayerCallOptions,
  ): readonly [output: CellOutput<I, U>, states: S];
}

type CellOutput<I extends TensorLike, U extends number> = TensorOf<
  FamilyOf<I>,
  readonly [I["shape"][0] extends Dim ? I["shape"][0] : Dim, U],
  "float32"
>;

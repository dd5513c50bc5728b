import { type DType, toDType } from "../ir/dtypes.ts";
import type { TensorInput } from "./core/convert.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Tensor } from "./core/tensor.ts";
import type { Value } from "./core/value.ts";

interface CastFunction {
  (x: Tensor, dtype: DType): Tensor;
  (x: TensorInput, dtype: DType): Value;
}

/**
 * The same elements in another dtype: floats are truncated towards zero on the way to integers.
 *
 * @see Keras `ops.cast`
 */
export const cast: OpFunction<CastFunction> = defineOp<{ readonly x: Tensor; readonly dtype: DType }, CastFunction>({ name: "cast", module: "core", args: { x: "tensor", dtype: "static" } }, ({ x, dtype }) =>
  wrap(castTo(x.traced, toDType(dtype, "ops.cast"))),
);

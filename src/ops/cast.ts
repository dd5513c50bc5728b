import { type DType, toDType } from "../ir/dtypes.ts";
import type { TensorInput } from "./core/convert.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Tensor } from "./core/tensor.ts";
import type { Value } from "./core/value.ts";

/**
 * The same elements in another dtype: floats are truncated towards zero on the way to integers.
 *
 * @see Keras `ops.cast`
 */
export const cast: OpFunction<(x: TensorInput, dtype: DType) => Value> = defineOp<
  { readonly x: Tensor; readonly dtype: DType },
  (x: TensorInput, dtype: DType) => Value
>({ name: "cast", module: "core", args: { x: "tensor", dtype: "static" } }, ({ x, dtype }) =>
  wrap(castTo(x.traced, toDType(dtype, "ops.cast"))),
);

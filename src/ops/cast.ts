import { type DType, toDType } from "../ir/dtypes.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Result } from "./core/op-types.ts";
import type { Operand, ShapeOf } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";

/**
 * The same elements in another dtype: floats are truncated towards zero on the way to integers.
 *
 * @see Keras `ops.cast`
 */
export const cast: OpFunction<
  <X extends Operand, const D extends DType>(
    x: X,
    dtype: D | { readonly dtype: D },
  ) => Result<X, ShapeOf<X>, D>
> = defineOp(
  { name: "cast", module: "core", args: { x: "tensor", dtype: "static" } },
  ({ x, dtype }: { readonly x: Tensor; readonly dtype: DType }) =>
    wrap(castTo(x.traced, toDType(dtype, "ops.cast"))),
);

import type { DType } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { normalizeAxis } from "../ir/shape.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op1 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";

/** A running sum or product along an axis, of the flattened tensor by default. */
export type CumulativeOp = Op1<[{ readonly axis?: number | null }, { readonly dtype?: DType | null }]>;

/** A running sum or product; bools are counted. */
export function cumulate(
  where: string,
  x: Tensor,
  axis: number | null,
  dtype: DType | null,
  run: (x: Var, axis: number) => Var,
): Tensor {
  const value = castTo(x.traced, dtype ?? (x.dtype === "bool" ? "int32" : x.dtype));
  const flat = axis === null ? p.reshape(value, [x.size]) : value;
  return wrap(run(flat, axis === null ? 0 : normalizeAxis(axis, flat.shape.length, where)));
}

function cumulativeOp(name: string, run: (x: Var, axis: number) => Var): CumulativeOp {
  return defineOp(
    { name, args: { x: "tensor", axis: opt(null), dtype: opt(null) } },
    ({
      x,
      axis,
      dtype,
    }: {
      readonly x: Tensor;
      readonly axis: number | null;
      readonly dtype: DType | null;
    }) => cumulate(`ops.${name}`, x, axis, dtype, run),
  );
}

/** Running sums along an axis. @see Keras `ops.cumsum` */
export const cumsum: CumulativeOp = cumulativeOp("cumsum", p.cumSum);

/** Running products along an axis. @see Keras `ops.cumprod` */
export const cumprod: CumulativeOp = cumulativeOp("cumprod", p.cumProd);

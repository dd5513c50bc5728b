import type { DType } from "../dtypes.ts";
import { wrapTo } from "../elementwise.ts";
import { type Meaning, notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, indicesOf, normalizeAxis, sizeOf } from "../shape.ts";

export interface IotaParams extends Record<string, unknown> {
  readonly shape: Dims;
  /** The axis along which the values count. */
  readonly axis: number;
  readonly dtype: DType;
}

export const iotaPrimitive: Primitive<IotaParams> = {
  name: "iota",
  infer: (_, { shape, axis, dtype }) => {
    normalizeAxis(axis, shape.length, "iota");
    return [{ shape, dtype }];
  },
  lowering: { kind: "view" },
  vjp: notDifferentiable("it has no inputs"),
  samples: () => [
    { inputs: [], params: { shape: [7], axis: 0, dtype: "int32" } },
    { inputs: [], params: { shape: [3, 5, 2], axis: 1, dtype: "float32" } },
    { inputs: [], params: { shape: [2, 300], axis: 1, dtype: "uint8" } },
    { inputs: [], params: { shape: [1, 4], axis: 0, dtype: "uint32" } },
  ],
};

/** The meaning of `iota`, in double precision. */
export const iotaMeaning: Meaning<IotaParams> = (_, { shape, axis, dtype }) => {
  const data = new Float64Array(sizeOf(shape));
  let n = 0;
  for (const index of indicesOf(shape)) data[n++] = wrapTo(dtype, index[axis] ?? 0);
  return [{ shape, dtype, data }];
};

/** `0, 1, 2, …` along an axis (counted from the front), the same along the others. */
export function iota(shape: Dims, axis: number, dtype: DType): Var {
  return emitOne(iotaPrimitive, [], { shape, axis, dtype });
}

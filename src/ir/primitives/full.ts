import type { DType } from "../dtypes.ts";
import { wrapTo } from "../elementwise.ts";
import { type Meaning, notDifferentiable, type Primitive } from "../primitive.ts";
import { type Aval, emitOne, type Var } from "../program.ts";
import { type Dims, sizeOf } from "../shape.ts";

export interface FullParams extends Record<string, unknown> {
  readonly value: number;
  readonly shape: Dims;
  readonly dtype: DType;
}

export const fullPrimitive: Primitive<FullParams> = {
  name: "full",
  infer: (_, { shape, dtype }) => [{ shape, dtype }],
  lowering: { kind: "view" },
  vjp: notDifferentiable("it has no inputs"),
  samples: () => [
    { inputs: [], params: { value: 1.5, shape: [2, 3], dtype: "float32" } },
    { inputs: [], params: { value: -3, shape: [], dtype: "int32" } },
    { inputs: [], params: { value: Infinity, shape: [4], dtype: "float32" } },
  ],
};

/** The meaning of `full`, in double precision. */
export const fullMeaning: Meaning<FullParams> = (_, { value, shape, dtype }) => [
  { shape, dtype, data: new Float64Array(sizeOf(shape)).fill(wrapTo(dtype, value)) },
];

/** An array whose elements are all `value`. */
export function full(value: number, shape: Dims, dtype: DType): Var {
  return emitOne(fullPrimitive, [], { value, shape, dtype });
}

/** `full` with the shape and dtype of `x`. */
export function fullLike(x: Aval, value: number): Var {
  return full(value, x.shape, x.dtype);
}

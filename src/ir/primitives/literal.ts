import { ShapeError } from "../../util/errors.ts";
import type { DType, TypedArray } from "../dtypes.ts";
import { toNumbers } from "../numbers.ts";
import { type Meaning, notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, sizeOf } from "../shape.ts";

export interface LiteralParams extends Record<string, unknown> {
  /** The elements, as the dtype stores them; not to be changed afterwards. */
  readonly data: TypedArray;
  readonly shape: Dims;
  readonly dtype: DType;
}

export const literalPrimitive: Primitive<LiteralParams> = {
  name: "literal",
  infer: (_, { data, shape, dtype }) => {
    if (data.length !== sizeOf(shape)) {
      throw new ShapeError(`literal: ${data.length} elements do not fill the shape ${formatShape(shape)}.`);
    }
    return [{ shape, dtype }];
  },
  lowering: { kind: "view" },
  vjp: notDifferentiable("it has no inputs"),
  samples: () => [
    {
      inputs: [],
      params: { data: Float32Array.of(1, -2.5, NaN, 4, 5, Infinity), shape: [2, 3], dtype: "float32" },
    },
    { inputs: [], params: { data: Int32Array.of(7), shape: [], dtype: "int32" } },
    { inputs: [], params: { data: Uint8Array.of(0, 1, 1), shape: [3], dtype: "bool" } },
    { inputs: [], params: { data: new Float32Array(0), shape: [0, 4], dtype: "float32" } },
  ],
};

/** The meaning of `literal`, in double precision. */
export const literalMeaning: Meaning<LiteralParams> = (_, { data, shape, dtype }) => [
  { shape, dtype, data: Float64Array.from(toNumbers(data, dtype)) },
];

/** A constant array that is part of the program. */
export function literal(data: TypedArray, shape: Dims, dtype: DType): Var {
  return emitOne(literalPrimitive, [], { data, shape, dtype });
}

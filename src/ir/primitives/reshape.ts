import { ShapeError } from "../../util/errors.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, sameShape, sizeOf } from "../shape.ts";

export interface ReshapeParams extends Record<string, unknown> {
  readonly shape: Dims;
}

export const reshapePrimitive: Primitive<ReshapeParams> = {
  name: "reshape",
  infer: ([x], { shape }) => {
    if (x === undefined) return [];
    if (sizeOf(x.shape) !== sizeOf(shape)) {
      throw new ShapeError(
        `reshape: ${formatShape(x.shape)} has ${sizeOf(x.shape)} elements, ${formatShape(shape)} has ${sizeOf(shape)}; the numbers must agree.`,
      );
    }
    return [{ shape, dtype: x.dtype }];
  },
  lowering: { kind: "view" },
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.reshape(g, x.shape)] : []),
  samples: () => [
    { inputs: [{ shape: [], dtype: "float32" }], params: { shape: [1, 1] } },
    { inputs: [{ shape: [4, 6], dtype: "float32" }], params: { shape: [2, 2, 3, 2] } },
    { inputs: [{ shape: [0, 3], dtype: "float32" }], params: { shape: [3, 0, 2] } },
    { inputs: [{ shape: [3, 5], dtype: "int32", low: -9, high: 9 }], params: { shape: [15] } },
  ],
};

/** The meaning of `reshape`, in double precision. */
export const reshapeMeaning: Meaning<ReshapeParams> = ([x], { shape }) =>
  x ? [{ shape, dtype: x.dtype, data: x.data }] : [];

/** The same elements, in row-major order, under another shape of the same size. */
export function reshape(x: Var, shape: Dims): Var {
  return sameShape(x.shape, shape) ? x : emitOne(reshapePrimitive, [x], { shape });
}

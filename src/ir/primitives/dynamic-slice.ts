import { ShapeError } from "../../util/errors.ts";
import { clampStarts } from "../dynamic-start.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, stridesOf } from "../shape.ts";
import { gatherStrided, positionOf } from "../strided.ts";

export interface DynamicSliceParams extends Record<string, unknown> {
  readonly sizes: Dims;
}

export const dynamicSlicePrimitive: Primitive<DynamicSliceParams> = {
  name: "dynamicSlice",
  infer: ([x, starts], { sizes }) => {
    if (x === undefined || starts === undefined) return [];
    const fits =
      sizes.length === x.shape.length && sizes.every((size, i) => size >= 0 && size <= (x.shape[i] ?? 0));
    if (!fits)
      throw new ShapeError(
        `dynamicSlice: sizes ${formatShape(sizes)} do not fit into ${formatShape(x.shape)}.`,
      );
    if (starts.shape.length !== 1 || starts.shape[0] !== x.shape.length) {
      throw new ShapeError(
        `dynamicSlice: expected starts of shape [${x.shape.length}], received ${formatShape(starts.shape)}.`,
      );
    }
    return [{ shape: sizes, dtype: x.dtype }];
  },
  evaluate: ([x, starts], { sizes }) => {
    if (x === undefined || starts === undefined) return [];
    const strides = stridesOf(x.shape);
    return [gatherStrided(x, sizes, strides, positionOf(clampStarts(starts.data, x.shape, sizes), strides))];
  },
  lowering: { kind: "structured" },
  vjp: ([g], { inputs: [x, starts], p }) =>
    g && x && starts ? [p.dynamicUpdateSlice(p.full(0, x.shape, g.dtype), g, starts), null] : [],
  samples: () =>
    [
      { shape: [7], sizes: [3], values: [2] },
      { shape: [7], sizes: [3], values: [6] },
      { shape: [4, 5, 6], sizes: [2, 5, 1], values: [-3, 2, 4] },
      { shape: [3, 4], sizes: [3, 4], values: [0, 0] },
    ].map(({ shape, sizes, values }) => ({
      inputs: [
        { shape, dtype: "float32" as const },
        { shape: [shape.length], dtype: "int32" as const, values },
      ],
      params: { sizes },
    })),
};

/** The block of `sizes` that begins at `starts` (int32, one for each axis), moved so that it lies inside `x`. */
export function dynamicSlice(x: Var, starts: Var, sizes: Dims): Var {
  return emitOne(dynamicSlicePrimitive, [x, starts], { sizes });
}

import { DTypeError, ShapeError } from "../../util/errors.ts";
import { clampStarts } from "../dynamic-start.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { formatShape, indicesOf, stridesOf } from "../shape.ts";
import { positionOf } from "../strided.ts";

export const dynamicUpdateSlicePrimitive: Primitive<Record<never, never>> = {
  name: "dynamicUpdateSlice",
  infer: ([x, update, starts]) => {
    if (x === undefined || update === undefined || starts === undefined) return [];
    const fits =
      update.shape.length === x.shape.length && update.shape.every((size, i) => size <= (x.shape[i] ?? 0));
    if (!fits) {
      throw new ShapeError(
        `dynamicUpdateSlice: ${formatShape(update.shape)} does not fit into ${formatShape(x.shape)}.`,
      );
    }
    if (starts.shape.length !== 1 || starts.shape[0] !== x.shape.length) {
      throw new ShapeError(
        `dynamicUpdateSlice: expected starts of shape [${x.shape.length}], received ${formatShape(starts.shape)}.`,
      );
    }
    if (x.dtype !== update.dtype) {
      throw new DTypeError(
        `dynamicUpdateSlice: expected an update of dtype ${x.dtype}, received ${update.dtype}.`,
      );
    }
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  evaluate: ([x, update, starts]) => {
    if (x === undefined || update === undefined || starts === undefined) return [];
    const strides = stridesOf(x.shape);
    const base = positionOf(clampStarts(starts.data, x.shape, update.shape), strides);
    const data = Float64Array.from(x.data);
    let n = 0;
    for (const index of indicesOf(update.shape))
      data[base + positionOf(index, strides)] = update.data[n++] ?? 0;
    return [{ shape: x.shape, dtype: x.dtype, data }];
  },
  lowering: { kind: "structured" },
  vjp: ([g], { inputs: [, update, starts], needs, p }) =>
    g && update && starts
      ? [
          needs[0] ? p.dynamicUpdateSlice(g, p.zerosLike(update), starts) : null,
          needs[1] ? p.dynamicSlice(g, starts, update.shape) : null,
          null,
        ]
      : [],
  samples: () =>
    [
      { shape: [7], sizes: [3], values: [2] },
      { shape: [7], sizes: [3], values: [6] },
      { shape: [4, 5, 6], sizes: [2, 5, 1], values: [-3, 2, 4] },
      { shape: [3, 4], sizes: [3, 4], values: [0, 0] },
    ].map(({ shape, sizes, values }) => ({
      inputs: [
        { shape, dtype: "float32" as const },
        { shape: sizes, dtype: "float32" as const },
        { shape: [shape.length], dtype: "int32" as const, values },
      ],
      params: {},
    })),
};

/** `x` with `update` put in as a block at `starts` (int32, one for each axis), moved so that it lies inside `x`. */
export function dynamicUpdateSlice(x: Var, update: Var, starts: Var): Var {
  return emitOne(dynamicUpdateSlicePrimitive, [x, update, starts], {});
}

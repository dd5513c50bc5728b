import { DTypeError, ShapeError } from "../../util/errors.ts";
import { clampStarts } from "../dynamic-start.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, indicesOf, stridesOf } from "../shape.ts";
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
  lowering: { kind: "structured" },
  vjp: ([g], { inputs: [x, starts], p }) =>
    g && x && starts ? [dynamicUpdateSlice(p.full(0, x.shape, g.dtype), g, starts), null] : [],
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

/** The meaning of `dynamicSlice`, in double precision. */
export const dynamicSliceMeaning: Meaning<DynamicSliceParams> = ([x, starts], { sizes }) => {
  if (x === undefined || starts === undefined) return [];
  const strides = stridesOf(x.shape);
  return [gatherStrided(x, sizes, strides, positionOf(clampStarts(starts.data, x.shape, sizes), strides))];
};

/** The block of `sizes` that begins at `starts` (int32, one for each axis), moved so that it lies inside `x`. */
export function dynamicSlice(x: Var, starts: Var, sizes: Dims): Var {
  return emitOne(dynamicSlicePrimitive, [x, starts], { sizes });
}

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
  lowering: { kind: "structured" },
  vjp: ([g], { inputs: [, update, starts], needs, p }) =>
    g && update && starts
      ? [
          needs[0] ? dynamicUpdateSlice(g, p.zerosLike(update), starts) : null,
          needs[1] ? dynamicSlice(g, starts, update.shape) : null,
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

/** The meaning of `dynamicUpdateSlice`, in double precision. */
export const dynamicUpdateSliceMeaning: Meaning<Record<never, never>> = ([x, update, starts]) => {
  if (x === undefined || update === undefined || starts === undefined) return [];
  const strides = stridesOf(x.shape);
  const base = positionOf(clampStarts(starts.data, x.shape, update.shape), strides);
  const data = Float64Array.from(x.data);
  let n = 0;
  for (const index of indicesOf(update.shape))
    data[base + positionOf(index, strides)] = update.data[n++] ?? 0;
  return [{ shape: x.shape, dtype: x.dtype, data }];
};

/** `x` with `update` put in as a block at `starts` (int32, one for each axis), moved so that it lies inside `x`. */
export function dynamicUpdateSlice(x: Var, update: Var, starts: Var): Var {
  return emitOne(dynamicUpdateSlicePrimitive, [x, update, starts], {});
}

import { DTypeError, ShapeError } from "../../util/errors.ts";
import { isInteger } from "../dtypes.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { formatShape, sizeOf } from "../shape.ts";

export interface GatherParams extends Record<string, unknown> {
  readonly axis: number;
}

export const gatherPrimitive: Primitive<GatherParams> = {
  name: "gather",
  infer: ([x, indices], { axis }) => {
    if (x === undefined || indices === undefined) return [];
    if (!isInteger(indices.dtype))
      throw new DTypeError(`gather: expected integer indices, received ${indices.dtype}.`);
    if (axis < 0 || axis >= x.shape.length || (x.shape[axis] === 0 && sizeOf(indices.shape) > 0)) {
      throw new ShapeError(
        `gather: expected an axis of ${formatShape(x.shape)} that is not empty, received ${axis}.`,
      );
    }
    return [
      { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype },
    ];
  },
  evaluate: ([x, indices], { axis }) => {
    if (x === undefined || indices === undefined) return [];
    const outer = sizeOf(x.shape.slice(0, axis));
    const dim = x.shape[axis] ?? 1;
    const run = sizeOf(x.shape.slice(axis + 1));
    const count = indices.data.length;
    const data = new Float64Array(outer * count * run);
    for (let o = 0; o < outer; o++) {
      indices.data.forEach((index, i) => {
        const from = (o * dim + Math.min(Math.max(index, 0), dim - 1)) * run;
        data.set(x.data.subarray(from, from + run), (o * count + i) * run);
      });
    }
    return [
      {
        shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)],
        dtype: x.dtype,
        data,
      },
    ];
  },
  lowering: { kind: "structured" },
  vjp: ([g], { inputs: [x, indices], params: { axis }, p }) =>
    g && x && indices ? [p.scatter(p.full(0, x.shape, g.dtype), indices, g, axis, "add"), null] : [],
  samples: () =>
    [
      { shape: [5], at: [3], axis: 0 },
      { shape: [5, 3], at: [2, 4], axis: 0 },
      { shape: [3, 6, 2], at: [5], axis: 1 },
      { shape: [4, 3], at: [], axis: 1 },
      { shape: [30, 16], at: [3, 7], axis: 0 },
    ].map(({ shape, at, axis }) => ({
      // Some indices lie outside, and are clamped.
      inputs: [
        { shape, dtype: "float32" as const },
        { shape: at, dtype: "int32" as const, low: -1, high: (shape[axis] ?? 0) + 1 },
      ],
      params: { axis },
    })),
};

/**
 * Takes the slices of `x` at `indices` along an axis, as `numpy.take`.
 *
 * `x` is `[…before, n, …after]`, the result `[…before, …indices.shape, …after]`. Indices outside `0 … n − 1` are clamped.
 */
export function gather(x: Var, indices: Var, axis: number): Var {
  return emitOne(gatherPrimitive, [x, indices], { axis });
}

import { ShapeError } from "../util/errors.ts";
import type { RefArray, Sample } from "./primitive.ts";
import type { Aval } from "./program.ts";
import { type Dims, formatShape, indicesOf, sizeOf } from "./shape.ts";
import { coveredPosition, type WindowGeometry, windowPositions } from "./windows.ts";

/** A window over the spatial axes of `[batch, …spatial, channels]`. */
export interface WindowParams extends Record<string, unknown>, WindowGeometry {
  readonly window: Dims;
}

/** Shape of what a window gives for `x`. */
export function pooledShape(where: string, x: Dims, params: WindowParams): number[] {
  if (x.length < 3)
    throw new ShapeError(`${where}: expected [batch, …spatial, channels], received ${formatShape(x)}.`);
  return [x[0] ?? 0, ...windowPositions(where, x.slice(1, -1), params.window, params), x.at(-1) ?? 0];
}

export function inferPool(where: string, x: Aval | undefined, params: WindowParams): Aval[] {
  return x === undefined ? [] : [{ shape: pooledShape(where, x.shape, params), dtype: x.dtype }];
}

/**
 * Calls `visit` for every element that a window covers: its position in the result and in the input.
 *
 * Windows come in row-major order, and so do the elements of each.
 */
export function visitWindows(
  x: Dims,
  out: Dims,
  params: WindowParams,
  visit: (to: number, from: number) => void,
): void {
  const spatial = x.slice(1, -1);
  const places = out.slice(1, -1);
  const [batch, channels] = [x[0] ?? 0, x.at(-1) ?? 0];
  const [inner, outer] = [sizeOf(spatial), sizeOf(places)];
  let n = 0;
  for (const place of indicesOf(places)) {
    for (const tap of indicesOf(params.window)) {
      const position = coveredPosition(spatial, place, tap, params);
      if (position < 0) continue;
      for (let b = 0; b < batch; b++) {
        for (let c = 0; c < channels; c++)
          visit((b * outer + n) * channels + c, (b * inner + position) * channels + c);
      }
    }
    n++;
  }
}

/** Combines the elements of each window, starting from `init`. */
export function evaluatePool(
  where: string,
  x: RefArray | undefined,
  params: WindowParams,
  init: number,
  combine: (a: number, b: number) => number,
): RefArray[] {
  if (x === undefined) return [];
  const shape = pooledShape(where, x.shape, params);
  const data = new Float64Array(sizeOf(shape)).fill(init);
  visitWindows(x.shape, shape, params, (to, from) => (data[to] = combine(data[to] ?? 0, x.data[from] ?? 0)));
  return [{ shape, dtype: x.dtype, data }];
}

/** Inputs and geometries of 1 to 3 spatial axes: overlap, gaps, padding, dilation. */
export const poolCases: readonly { readonly shape: Dims; readonly params: WindowParams }[] = [
  { shape: [2, 8, 3], params: { window: [2], strides: [2], padding: [[0, 0]], dilation: [1] } },
  { shape: [1, 7, 1], params: { window: [3], strides: [2], padding: [[1, 1]], dilation: [1] } },
  {
    shape: [2, 6, 5, 4],
    params: {
      window: [2, 2],
      strides: [2, 2],
      padding: [
        [0, 0],
        [0, 1],
      ],
      dilation: [1, 1],
    },
  },
  {
    shape: [1, 7, 7, 5],
    params: {
      window: [3, 2],
      strides: [1, 3],
      padding: [
        [1, 1],
        [0, 0],
      ],
      dilation: [1, 1],
    },
  },
  {
    shape: [1, 9, 8, 2],
    params: {
      window: [2, 3],
      strides: [2, 1],
      padding: [
        [0, 0],
        [2, 2],
      ],
      dilation: [3, 2],
    },
  },
  {
    shape: [1, 4, 5, 4, 3],
    params: {
      window: [2, 3, 2],
      strides: [2, 1, 2],
      padding: [
        [0, 0],
        [1, 1],
        [0, 0],
      ],
      dilation: [1, 1, 1],
    },
  },
];

/** Samples for windowed reductions. */
export function poolSamples(): Sample<WindowParams>[] {
  return poolCases.map(({ shape, params }) => ({ inputs: [{ shape, dtype: "float32" as const }], params }));
}

import { wrapTo } from "./elementwise.ts";
import type { RefArray, Sample } from "./primitive.ts";
import type { Aval } from "./program.ts";
import { type Dims, indicesOf, sizeOf, stridesOf } from "./shape.ts";

export interface ReduceParams extends Record<string, unknown> {
  /** Axes to reduce: sorted, counted from the front, at least one. */
  readonly axes: Dims;
}

/** Shape and dtype of a reduction that removes its axes and keeps the dtype. */
export function inferReduce(_name: string, x: Aval | undefined, { axes }: ReduceParams): Aval[] {
  return x === undefined ? [] : [{ shape: x.shape.filter((_, i) => !axes.includes(i)), dtype: x.dtype }];
}

/** Reduction in double precision. */
export function evaluateReduce(
  x: RefArray | undefined,
  { axes }: ReduceParams,
  init: number,
  combine: (a: number, b: number) => number,
): RefArray[] {
  if (x === undefined) return [];
  const shape = x.shape.filter((_, i) => !axes.includes(i));
  const outStrides = stridesOf(shape);
  const strides = x.shape.map(() => 0);
  x.shape
    .map((_, i) => i)
    .filter((i) => !axes.includes(i))
    .forEach((axis, k) => (strides[axis] = outStrides[k] ?? 0));
  const data = new Float64Array(sizeOf(shape)).fill(init);
  let n = 0;
  for (const index of indicesOf(x.shape)) {
    let to = 0;
    for (let d = 0; d < index.length; d++) to += (index[d] ?? 0) * (strides[d] ?? 0);
    data[to] = wrapTo(x.dtype, combine(data[to] ?? 0, x.data[n++] ?? 0));
  }
  return [{ shape, dtype: x.dtype, data }];
}

/** Samples for reductions: all axes, leading, trailing, several, one of a single element. */
export function reduceSamples(low = -2, high = 2): Sample<ReduceParams>[] {
  const shape = [3, 5, 6];
  const sample = (of: Dims, axes: Dims): Sample<ReduceParams> => ({
    inputs: [{ shape: of, dtype: "float32" as const, low, high }],
    params: { axes },
  });
  const all = [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]].map((axes) => sample(shape, axes));
  // Many results of one element each.
  return [...all, sample([1500, 1], [1])];
}

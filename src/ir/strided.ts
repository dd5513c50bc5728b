import type { RefArray } from "./primitive.ts";
import { type Dims, indicesOf, sizeOf } from "./shape.ts";

/**
 * The array of `shape` whose element at an index is that of `x` at `offset + Σ index[d]·strides[d]`.
 *
 * What every primitive that only moves elements comes down to in the reference.
 */
export function gatherStrided(x: RefArray, shape: Dims, strides: readonly number[], offset = 0): RefArray {
  const data = new Float64Array(sizeOf(shape));
  let n = 0;
  for (const index of indicesOf(shape)) {
    let from = offset;
    for (let d = 0; d < index.length; d++) from += (index[d] ?? 0) * (strides[d] ?? 0);
    data[n++] = x.data[from] ?? 0;
  }
  return { shape, dtype: x.dtype, data };
}

/** Position of an index in a row-major array. */
export function positionOf(index: readonly number[], strides: readonly number[]): number {
  let position = 0;
  for (let d = 0; d < index.length; d++) position += (index[d] ?? 0) * (strides[d] ?? 0);
  return position;
}

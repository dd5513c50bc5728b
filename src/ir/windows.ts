import { ShapeError } from "../util/errors.ts";
import { type Dims, formatShape } from "./shape.ts";

/** Zeros (or neutral elements) before and after one spatial axis. */
export type Padding = readonly [low: number, high: number];

/** How a window moves over spatial axes; every list has one entry for each of them. */
export interface WindowGeometry {
  readonly strides: Dims;
  readonly padding: readonly Padding[];
  /** Distance between the elements of the window. */
  readonly dilation: Dims;
}

/** Number of places of a window along each spatial axis. */
export function windowPositions(
  where: string,
  spatial: Dims,
  window: Dims,
  { strides, padding, dilation }: WindowGeometry,
): number[] {
  const lists: readonly (readonly unknown[])[] = [window, strides, padding, dilation];
  if (lists.some((list) => list.length !== spatial.length)) {
    throw new ShapeError(
      `${where}: expected window, strides, padding and dilation for ${spatial.length} spatial axes.`,
    );
  }
  return spatial.map((dim, d) => {
    const [low, high] = padding[d] ?? [0, 0];
    const span = ((window[d] ?? 1) - 1) * (dilation[d] ?? 1) + 1;
    const count = Math.floor((dim + low + high - span) / (strides[d] ?? 1)) + 1;
    if (count < 0 || dim + low + high < 0) {
      throw new ShapeError(
        `${where}: a window of ${formatShape(window)} does not fit into ${formatShape(spatial)}.`,
      );
    }
    return Math.max(count, 0);
  });
}

/**
 * The spatial position that element `tap` of the window at `place` covers, in row-major order; -1 in the padding.
 */
export function coveredPosition(
  spatial: Dims,
  place: Dims,
  tap: Dims,
  { strides, padding, dilation }: WindowGeometry,
): number {
  let position = 0;
  for (let d = 0; d < spatial.length; d++) {
    const at =
      (place[d] ?? 0) * (strides[d] ?? 1) - (padding[d]?.[0] ?? 0) + (tap[d] ?? 0) * (dilation[d] ?? 1);
    if (at < 0 || at >= (spatial[d] ?? 0)) return -1;
    position = position * (spatial[d] ?? 1) + at;
  }
  return position;
}

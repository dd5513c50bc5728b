import type { Dims } from "./shape.ts";

/** Starts moved so that a block of `sizes` lies inside an array of `shape`. */
export function clampStarts(starts: ArrayLike<number>, shape: Dims, sizes: Dims): number[] {
  return shape.map((dim, i) => Math.min(Math.max(starts[i] ?? 0, 0), dim - (sizes[i] ?? 0)));
}

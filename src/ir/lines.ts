import { type Dims, sizeOf } from "./shape.ts";

/** The one-dimensional lines of an array along an axis: element `k` of a line is at `start + k·step`. */
export interface Lines {
  readonly length: number;
  readonly step: number;
  readonly starts: readonly number[];
}

export function linesOf(shape: Dims, axis: number): Lines {
  const length = shape[axis] ?? 1;
  const step = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const starts: number[] = [];
  for (let o = 0; o < outer; o++) for (let i = 0; i < step; i++) starts.push(o * length * step + i);
  return { length, step, starts };
}

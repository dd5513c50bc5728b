import { ShapeError } from "../util/errors.ts";
import type { RefArray, Sample } from "./primitive.ts";
import type { Aval } from "./program.ts";
import { linesOf } from "./lines.ts";
import { formatShape } from "./shape.ts";

export interface ArgParams extends Record<string, unknown> {
  readonly axis: number;
}

/** Shape and dtype of the index of an extreme element. */
export function inferArg(name: string, x: Aval | undefined, { axis }: ArgParams): Aval[] {
  if (x === undefined) return [];
  if (axis < 0 || axis >= x.shape.length || x.shape[axis] === 0) {
    throw new ShapeError(
      `${name}: expected an axis of ${formatShape(x.shape)} that is not empty, received ${axis}.`,
    );
  }
  return [{ shape: x.shape.filter((_, i) => i !== axis), dtype: "int32" }];
}

/** Index of the first element that no other one beats; a NaN beats everything. */
export function evaluateArg(
  x: RefArray | undefined,
  { axis }: ArgParams,
  beats: (a: number, b: number) => boolean,
): RefArray[] {
  if (x === undefined) return [];
  const { length, step, starts } = linesOf(x.shape, axis);
  const data = Float64Array.from(starts, (start) => {
    let best = 0;
    for (let k = 1; k < length; k++) {
      const [value, champion] = [x.data[start + k * step] ?? 0, x.data[start + best * step] ?? 0];
      if (!Number.isNaN(champion) && (Number.isNaN(value) || beats(value, champion))) best = k;
    }
    return best;
  });
  return [{ shape: x.shape.filter((_, i) => i !== axis), dtype: "int32", data }];
}

/** Samples for `argMax` and `argMin`: ties, NaN, every axis. */
export function argSamples(): Sample<ArgParams>[] {
  return [
    ...[0, 1, 2].map((axis) => ({
      inputs: [{ shape: [3, 5, 6], dtype: "float32" as const }],
      params: { axis },
    })),
    { inputs: [{ shape: [4, 40], dtype: "int32", low: -3, high: 3 }], params: { axis: 1 } },
    { inputs: [{ shape: [1], dtype: "float32" }], params: { axis: 0 } },
    { inputs: [{ shape: [6], dtype: "float32", values: [1, 5, NaN, 5, NaN, 9] }], params: { axis: 0 } },
  ];
}

import { ShapeError } from "../util/errors.ts";
import { wrapTo } from "./elementwise.ts";
import { linesOf } from "./lines.ts";
import type { RefArray, Sample, VjpRule } from "./primitive.ts";
import type { Aval, Var } from "./program.ts";
import { scatter } from "./primitives/gather.ts";
import { formatShape, sizeOf } from "./shape.ts";

export interface CumulativeParams extends Record<string, unknown> {
  readonly axis: number;
  /** From the last element towards the first. */
  readonly reverse: boolean;
  /** Leave the element itself out: the first result is the neutral value. */
  readonly exclusive: boolean;
}

/** Options of the functions that apply cumulative primitives; both false by default. */
export interface CumulativeOptions {
  readonly reverse?: boolean;
  readonly exclusive?: boolean;
}

export function inferCumulative(name: string, x: Aval | undefined, { axis }: CumulativeParams): Aval[] {
  if (x === undefined) return [];
  if (axis < 0 || axis >= x.shape.length) {
    throw new ShapeError(`${name}: axis ${axis} is not an axis of ${formatShape(x.shape)}.`);
  }
  return [{ shape: x.shape, dtype: x.dtype }];
}

export function evaluateCumulative(
  x: RefArray | undefined,
  { axis, reverse, exclusive }: CumulativeParams,
  init: number,
  combine: (a: number, b: number) => number,
): RefArray[] {
  if (x === undefined) return [];
  const data = new Float64Array(x.data.length);
  const { length, step, starts } = linesOf(x.shape, axis);
  for (const start of starts) {
    let sum = init;
    for (let k = 0; k < length; k++) {
      const at = start + (reverse ? length - 1 - k : k) * step;
      const next = wrapTo(x.dtype, combine(sum, x.data[at] ?? 0));
      data[at] = exclusive ? sum : next;
      sum = next;
    }
  }
  return [{ shape: x.shape, dtype: x.dtype, data }];
}

/**
 * Gradient of a running extreme: each cotangent goes to the element that the running extreme shows.
 *
 * Such an element equals its own running extreme, so its position is the running maximum of the positions where both agree.
 */
export const cumulativeExtremeVjp =
  (cumMax: (x: Var, axis: number) => Var): VjpRule<CumulativeParams> =>
  ([g], { inputs: [x], outputs: [y], params, p }) => {
    if (!g || !x || !y) return [];
    const { axis, reverse, exclusive } = params;
    const last = [...x.shape.map((_, i) => i).filter((i) => i !== axis), axis];
    const length = x.shape[axis] ?? 0;
    const rows = sizeOf(x.shape) / Math.max(length, 1);
    const turn = (value: Var): Var => {
      const flat = p.reshape(p.transpose(value, last), [rows, length]);
      return reverse ? p.reverse(flat, [1]) : flat;
    };
    // An exclusive result i + 1 is the inclusive result i; the first one is the neutral value.
    const shift = (value: Var): Var => (exclusive ? p.pad(value, 0, [0, -1], [0, 1]) : value);
    const incoming = shift(turn(g));
    const extremes = exclusive ? p.pad(turn(y), Number.NaN, [0, -1], [0, 1]) : turn(y);
    const columns = p.iota([rows, length], 1, "int32");
    const hits = p.select(p.eq(turn(x), extremes), columns, p.zerosLike(columns));
    const linear = p.add(cumMax(hits, 1), p.scale(p.iota([rows, length], 0, "int32"), length));
    const sums = scatter(p.full(0, [rows * length], g.dtype), linear, incoming, 0, "add");
    const result = p.reshape(sums, [rows, length]);
    const moved = p.reshape(
      reverse ? p.reverse(result, [1]) : result,
      last.map((i) => x.shape[i] ?? 0),
    );
    return [
      p.transpose(
        moved,
        last.map((_, i) => last.indexOf(i)),
      ),
    ];
  };

/** Samples for cumulative primitives: every axis and direction. */
export function cumulativeSamples(low = -2, high = 2): Sample<CumulativeParams>[] {
  const flags = [false, true].flatMap((reverse) =>
    [false, true].map((exclusive) => ({ reverse, exclusive })),
  );
  return [
    ...flags.flatMap((flag) =>
      [0, 1, 2].map((axis) => ({
        inputs: [{ shape: [3, 5, 4], dtype: "float32" as const, low, high }],
        params: { axis, ...flag },
      })),
    ),
    {
      inputs: [{ shape: [33], dtype: "int32", low: -3, high: 4 }],
      params: { axis: 0, reverse: false, exclusive: false },
    },
    {
      inputs: [{ shape: [3, 1], dtype: "float32", low, high }],
      params: { axis: 1, reverse: true, exclusive: false },
    },
  ];
}

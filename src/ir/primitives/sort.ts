import { ShapeError } from "../../util/errors.ts";
import { linesOf } from "../lines.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emit, type Var } from "../program.ts";
import { formatShape, sameShape } from "../shape.ts";

export interface SortParams extends Record<string, unknown> {
  readonly axis: number;
  readonly descending: boolean;
}

export const sortPrimitive: Primitive<SortParams> = {
  name: "sort",
  infer: (xs, { axis }) => {
    const [keys] = xs;
    if (keys === undefined) return [];
    const odd = xs.find((x) => !sameShape(x.shape, keys.shape));
    if (odd !== undefined) {
      throw new ShapeError(
        `sort: keys ${formatShape(keys.shape)} and payload ${formatShape(odd.shape)} must have one shape.`,
      );
    }
    if (axis < 0 || axis >= keys.shape.length)
      throw new ShapeError(`sort: axis ${axis} is not an axis of ${formatShape(keys.shape)}.`);
    return xs.map(({ shape, dtype }) => ({ shape, dtype }));
  },
  lowering: { kind: "structured" },
  // The permutation that was applied; sorting by it takes every cotangent back to its place.
  vjp: (cotangents, { inputs: [keys], params: { axis, descending }, p }) => {
    if (!keys) return [];
    const [, order] = sort([keys, p.iota(keys.shape, axis, "int32")], axis, { descending });
    return cotangents.map((g) => (g && order ? sort([order, g], axis)[1] : null));
  },
  samples: () => [
    ...[0, 1, 2].map((axis) => ({
      inputs: [{ shape: [3, 5, 4], dtype: "float32" as const }],
      params: { axis, descending: axis === 1 },
    })),
    {
      inputs: [
        // Distinct keys, far enough apart to be moved by differences.
        {
          shape: [2, 40],
          dtype: "float32",
          values: Array.from({ length: 80 }, (_, i) => ((i * 37) % 80) / 20 - 2),
        },
        { shape: [2, 40], dtype: "float32" },
      ],
      params: { axis: 1, descending: false },
    },
    // Equal keys keep their order, whichever way they are sorted.
    ...[false, true].map((descending) => ({
      inputs: [
        { shape: [60], dtype: "int32" as const, low: 0, high: 6 },
        { shape: [60], dtype: "int32" as const, low: 0, high: 1000 },
      ],
      params: { axis: 0, descending },
    })),
    ...[false, true].map((descending) => ({
      inputs: [{ shape: [6], dtype: "float32" as const, values: [2, NaN, -Infinity, 1, NaN, Infinity] }],
      params: { axis: 0, descending },
      differentiate: false,
    })),
    { inputs: [{ shape: [3, 1], dtype: "float32" }], params: { axis: 1, descending: false } },
  ],
};

/** The meaning of `sort`, in double precision. */
export const sortMeaning: Meaning<SortParams> = (xs, { axis, descending }) => {
  const [keys] = xs;
  if (keys === undefined) return [];
  const results = xs.map(({ shape, dtype, data }) => ({
    shape,
    dtype,
    data: new Float64Array(data.length),
  }));
  const { length, step, starts } = linesOf(keys.shape, axis);
  const sign = descending ? -1 : 1;
  for (const start of starts) {
    const key = (k: number): number => keys.data[start + k * step] ?? 0;
    const order = Array.from({ length }, (_, k) => k).toSorted((a, b) => {
      const nans = Number(Number.isNaN(key(a))) - Number(Number.isNaN(key(b)));
      if (nans !== 0 || Number.isNaN(key(a))) return sign * nans;
      return key(a) === key(b) ? 0 : sign * (key(a) < key(b) ? -1 : 1);
    });
    results.forEach(({ data }, i) =>
      order.forEach((from, to) => (data[start + to * step] = xs[i]?.data[start + from * step] ?? 0)),
    );
  }
  return results;
};

/**
 * Sorts along an axis by the first array, and moves the others alike; all of one shape.
 *
 * Stable: equal keys keep their order, also with `descending`. NaN counts as greater than every number.
 */
export function sort(
  xs: readonly Var[],
  axis: number,
  { descending = false }: { readonly descending?: boolean } = {},
): readonly Var[] {
  return emit(sortPrimitive, xs, { axis, descending });
}

import { DTypeError, ShapeError } from "../../util/errors.ts";
import { isInteger } from "../dtypes.ts";
import { wrapTo } from "../elementwise.ts";
import type { Meaning, Primitive, VjpContext } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { formatShape, sameShape, sizeOf } from "../shape.ts";

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
  lowering: { kind: "structured" },
  vjp: ([g], { inputs: [x, indices], params: { axis }, p }) =>
    g && x && indices ? [scatter(p.full(0, x.shape, g.dtype), indices, g, axis, "add"), null] : [],
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

/** The meaning of `gather`, in double precision. */
export const gatherMeaning: Meaning<GatherParams> = ([x, indices], { axis }) => {
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
};

/**
 * Takes the slices of `x` at `indices` along an axis, as `numpy.take`.
 *
 * `x` is `[…before, n, …after]`, the result `[…before, …indices.shape, …after]`. Indices outside `0 … n − 1` are clamped.
 */
export function gather(x: Var, indices: Var, axis: number): Var {
  return emitOne(gatherPrimitive, [x, indices], { axis });
}

export const scatterModes = ["set", "add", "mul", "max", "min"] as const;

/** How an update meets the element that is there. */
export type ScatterMode = (typeof scatterModes)[number];

export interface ScatterParams extends Record<string, unknown> {
  readonly axis: number;
  readonly mode: ScatterMode;
}

const combine: Record<ScatterMode, (old: number, update: number) => number> = {
  set: (_, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  max: Math.max,
  min: Math.min,
};

export const scatterPrimitive: Primitive<ScatterParams> = {
  name: "scatter",
  infer: ([x, indices, updates], { axis }) => {
    if (x === undefined || indices === undefined || updates === undefined) return [];
    if (!isInteger(indices.dtype))
      throw new DTypeError(`scatter: expected integer indices, received ${indices.dtype}.`);
    if (x.dtype !== updates.dtype)
      throw new DTypeError(`scatter: expected updates of dtype ${x.dtype}, received ${updates.dtype}.`);
    const wanted = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    if (axis < 0 || axis >= x.shape.length || !sameShape(updates.shape, wanted)) {
      throw new ShapeError(
        `scatter: expected updates of shape ${formatShape(wanted)}, received ${formatShape(updates.shape)}.`,
      );
    }
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  lowering: { kind: "structured" },
  vjp: ([g], context) => (g ? rules[context.params.mode](g, context) : []),
  samples: () =>
    scatterModes.flatMap((mode) =>
      [
        { shape: [5], at: [7], axis: 0 },
        { shape: [5, 3], at: [2, 2], axis: 0 },
        { shape: [3, 6, 2], at: [4], axis: 1 },
        { shape: [4, 3], at: [], axis: 1 },
      ].map(({ shape, at, axis }) => ({
        // Indices repeat, and some lie outside and are clamped.
        inputs: [
          { shape, dtype: "float32" as const, low: 0.5, high: 2 },
          { shape: at, dtype: "int32" as const, low: -1, high: (shape[axis] ?? 0) + 1 },
          {
            shape: [...shape.slice(0, axis), ...at, ...shape.slice(axis + 1)],
            dtype: "float32" as const,
            low: 0.5,
            high: 2,
          },
        ],
        params: { axis, mode },
      })),
    ),
};

/** The meaning of `scatter`, in double precision. */
export const scatterMeaning: Meaning<ScatterParams> = ([x, indices, updates], { axis, mode }) => {
  if (x === undefined || indices === undefined || updates === undefined) return [];
  const outer = sizeOf(x.shape.slice(0, axis));
  const dim = x.shape[axis] ?? 1;
  const run = sizeOf(x.shape.slice(axis + 1));
  const count = indices.data.length;
  const data = Float64Array.from(x.data);
  for (let o = 0; o < outer; o++) {
    indices.data.forEach((index, i) => {
      const to = (o * dim + Math.min(Math.max(index, 0), dim - 1)) * run;
      for (let k = 0; k < run; k++) {
        const update = updates.data[(o * count + i) * run + k] ?? 0;
        data[to + k] = wrapTo(x.dtype, combine[mode](data[to + k] ?? 0, update));
      }
    });
  }
  return [{ shape: x.shape, dtype: x.dtype, data }];
};

type Rule = (g: Var, context: VjpContext<ScatterParams>) => (Var | null)[];

const rules: Record<ScatterMode, Rule> = {
  add: (g, { inputs: [, indices], params: { axis } }) => (indices ? [g, null, gather(g, indices, axis)] : []),
  set: (g, { inputs: [x, indices, updates], params: { axis }, needs, p }) => {
    if (!x || !indices || !updates) return [];
    const dx = needs[0] ? scatter(g, indices, p.zerosLike(updates), axis, "set") : null;
    if (!needs[2]) return [dx, null, null];
    // Of updates at one place the last one stays: number the indices, scatter the numbers and see which are found again.
    const count = sizeOf(indices.shape);
    const numbers = p.reshape(p.iota([count], 0, "int32"), indices.shape);
    const owners = scatter(p.full(-1, [x.shape[axis] ?? 0], "int32"), indices, numbers, 0, "set");
    const stays = p.cast(p.eq(gather(owners, indices, 0), numbers), g.dtype);
    const mask = p.broadcast(
      stays,
      updates.shape,
      indices.shape.map((_, i) => axis + i),
    );
    return [dx, null, p.mul(gather(g, indices, axis), mask)];
  },
  // d(x·u₁⋯uₙ)/du = result / u; updates of 0 give NaN.
  mul: (g, { inputs: [x, indices, updates], outputs: [y], params: { axis }, needs, p }) => {
    if (!x || !indices || !updates || !y) return [];
    const factors = scatter(p.fullLike(x, 1), indices, updates, axis, "mul");
    const du = needs[2] ? p.div(gather(p.mul(g, y), indices, axis), updates) : null;
    return [p.mul(g, factors), null, du];
  },
  max: (g, context) => extreme(g, context),
  min: (g, context) => extreme(g, context),
};

/** Equal parts to all that attain the extreme: the element that was there, and updates. */
function extreme(
  g: Var,
  { inputs: [x, indices, updates], outputs: [y], params: { axis }, p }: VjpContext<ScatterParams>,
): (Var | null)[] {
  if (!x || !indices || !updates || !y) return [];
  const kept = p.cast(p.eq(x, y), g.dtype);
  const hits = p.cast(p.eq(updates, gather(y, indices, axis)), g.dtype);
  const part = p.div(g, scatter(kept, indices, hits, axis, "add"));
  return [p.mul(part, kept), null, p.mul(gather(part, indices, axis), hits)];
}

/**
 * `x` with `updates` put in at `indices` along an axis; the layout is that of `gather`.
 *
 * Updates of one place are combined in row-major order of `indices`, so with `set` the last one stays.
 * Indices outside `0 … n − 1` are clamped.
 */
export function scatter(x: Var, indices: Var, updates: Var, axis: number, mode: ScatterMode): Var {
  return emitOne(scatterPrimitive, [x, indices, updates], { axis, mode });
}

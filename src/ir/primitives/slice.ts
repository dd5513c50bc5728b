import { ShapeError } from "../../util/errors.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, sameShape, stridesOf } from "../shape.ts";
import { gatherStrided, positionOf } from "../strided.ts";

export interface SliceParams extends Record<string, unknown> {
  readonly start: Dims;
  /** Exclusive. */
  readonly limit: Dims;
  /** Positive. */
  readonly strides: Dims;
}

function shapeOf({ start, limit, strides }: SliceParams): number[] {
  return start.map((low, i) => Math.ceil(((limit[i] ?? 0) - low) / (strides[i] ?? 1)));
}

export const slicePrimitive: Primitive<SliceParams> = {
  name: "slice",
  infer: ([x], params) => {
    if (x === undefined) return [];
    const { start, limit, strides } = params;
    const ranks = [start, limit, strides].every((list) => list.length === x.shape.length);
    const inside = x.shape.every((dim, i) => {
      const [low, high] = [start[i] ?? 0, limit[i] ?? 0];
      return low >= 0 && low <= high && high <= dim && (strides[i] ?? 0) >= 1;
    });
    if (!ranks || !inside) {
      const wanted = `from ${formatShape(start)} to ${formatShape(limit)} by ${formatShape(strides)}`;
      throw new ShapeError(
        `slice: ${wanted} does not lie inside ${formatShape(x.shape)}. Expected 0 ≤ start ≤ limit ≤ size, strides ≥ 1.`,
      );
    }
    return [{ shape: shapeOf(params), dtype: x.dtype }];
  },
  lowering: { kind: "view" },
  vjp: ([g], { inputs: [x], params: { start, strides }, p }) => {
    if (!g || !x) return [];
    const span = g.shape.map((n, i) => (n === 0 ? 0 : (n - 1) * (strides[i] ?? 1) + 1));
    const high = x.shape.map((dim, i) => dim - (start[i] ?? 0) - (span[i] ?? 0));
    return [
      p.pad(
        g,
        0,
        start,
        high,
        strides.map((stride) => stride - 1),
      ),
    ];
  },
  samples: () =>
    [
      { shape: [7], start: [2], limit: [5], strides: [1] },
      { shape: [3, 9], start: [0, 1], limit: [3, 9], strides: [1, 3] },
      { shape: [4, 5, 6], start: [1, 0, 2], limit: [3, 5, 3], strides: [1, 2, 1] },
      { shape: [4, 5], start: [2, 1], limit: [2, 4], strides: [1, 1] },
    ].map(({ shape, ...params }) => ({ inputs: [{ shape, dtype: "float32" as const }], params })),
};

/** The meaning of `slice`, in double precision. */
export const sliceMeaning: Meaning<SliceParams> = ([x], params) => {
  if (x === undefined) return [];
  const from = stridesOf(x.shape);
  const strides = from.map((stride, i) => stride * (params.strides[i] ?? 1));
  return [gatherStrided(x, shapeOf(params), strides, positionOf(params.start, from))];
};

/** The elements from `start` to `limit` (exclusive) along every axis, each `strides`-th one. */
export function slice(x: Var, start: Dims, limit: Dims, strides?: Dims): Var {
  const by = strides ?? start.map(() => 1);
  const whole =
    sameShape(limit, x.shape) && start.every((low) => low === 0) && by.every((stride) => stride === 1);
  return whole ? x : emitOne(slicePrimitive, [x], { start, limit, strides: by });
}

import { ShapeError } from "../../util/errors.ts";
import { wrapTo } from "../elementwise.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, indicesOf, sizeOf, stridesOf } from "../shape.ts";

export interface PadParams extends Record<string, unknown> {
  readonly value: number;
  /** Elements added before and after each axis; negative ones are removed. */
  readonly low: Dims;
  readonly high: Dims;
  /** Elements put between neighbours. */
  readonly interior: Dims;
}

function shapeOf(shape: Dims, { low, high, interior }: PadParams): number[] {
  return shape.map(
    (dim, i) => (low[i] ?? 0) + (dim === 0 ? 0 : (dim - 1) * (1 + (interior[i] ?? 0)) + 1) + (high[i] ?? 0),
  );
}

export const padPrimitive: Primitive<PadParams> = {
  name: "pad",
  infer: ([x], params) => {
    if (x === undefined) return [];
    const { low, high, interior } = params;
    const ranks = [low, high, interior].every((list) => list.length === x.shape.length);
    const shape = shapeOf(x.shape, params);
    if (!ranks || interior.some((n) => n < 0) || shape.some((dim) => dim < 0)) {
      throw new ShapeError(
        `pad: low ${formatShape(low)}, high ${formatShape(high)} and interior ${formatShape(interior)} do not fit ${formatShape(x.shape)}.`,
      );
    }
    return [{ shape, dtype: x.dtype }];
  },
  lowering: { kind: "view" },
  // Undo the outer padding, then take every (interior + 1)-th element.
  vjp: ([g], { inputs: [x], params: { low, high, interior }, p }) => {
    if (!g || !x) return [];
    const none = low.map(() => 0);
    const inner = p.pad(
      g,
      0,
      low.map((n) => -n),
      high.map((n) => -n),
      none,
    );
    return [
      p.slice(
        inner,
        none,
        inner.shape,
        interior.map((n) => n + 1),
      ),
    ];
  },
  samples: () =>
    [
      { shape: [3], value: 0, low: [2], high: [1], interior: [0] },
      { shape: [3, 4], value: -1.5, low: [0, 1], high: [2, 0], interior: [0, 2] },
      { shape: [5, 6], value: 0, low: [-1, 2], high: [1, -3], interior: [1, 0] },
      { shape: [2, 3], value: 0, low: [0, -2], high: [0, 1], interior: [0, 0] },
      { shape: [0, 2], value: 7, low: [1, 0], high: [1, 1], interior: [0, 0] },
    ].map(({ shape, ...params }) => ({ inputs: [{ shape, dtype: "float32" as const }], params })),
};

/** The meaning of `pad`, in double precision. */
export const padMeaning: Meaning<PadParams> = ([x], params) => {
  if (x === undefined) return [];
  const shape = shapeOf(x.shape, params);
  const strides = stridesOf(shape);
  const data = new Float64Array(sizeOf(shape)).fill(wrapTo(x.dtype, params.value));
  let n = 0;
  for (const index of indicesOf(x.shape)) {
    const to = index.map((i, d) => (params.low[d] ?? 0) + i * (1 + (params.interior[d] ?? 0)));
    const value = x.data[n++] ?? 0;
    if (to.every((i, d) => i >= 0 && i < (shape[d] ?? 0)))
      data[to.reduce((sum, i, d) => sum + i * (strides[d] ?? 0), 0)] = value;
  }
  return [{ shape, dtype: x.dtype, data }];
};

/** Adds `value` around each axis (and between elements); negative amounts crop. */
export function pad(x: Var, value: number, low: Dims, high: Dims, interior?: Dims): Var {
  const between = interior ?? low.map(() => 0);
  const nothing = [low, high, between].every(
    (list) => list.length === x.shape.length && list.every((n) => n === 0),
  );
  return nothing ? x : emitOne(padPrimitive, [x], { value, low, high, interior: between });
}

import { ShapeError } from "../../util/errors.ts";
import { zeroArray } from "../convolution.ts";
import { lowest } from "../dtype-range.ts";
import { poolCases, pooledShape, visitWindows, type WindowParams } from "../pooling.ts";
import type { Meaning, Primitive, PrimitiveFunctions } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, indicesOf, sameShape } from "../shape.ts";

export const windowMaxGradPrimitive: Primitive<WindowParams> = {
  name: "windowMaxGrad",
  infer: ([x, g], params) => {
    if (!x || !g) return [];
    const wanted = pooledShape("windowMaxGrad", x.shape, params);
    if (!sameShape(g.shape, wanted)) {
      throw new ShapeError(
        `windowMaxGrad: expected a cotangent of shape ${formatShape(wanted)}, received ${formatShape(g.shape)}.`,
      );
    }
    return [{ shape: x.shape, dtype: g.dtype }];
  },
  lowering: { kind: "structured" },
  // Linear in g: what comes back is the element of t at each window's maximum.
  vjp: ([t], { inputs: [x, g], params, p }) =>
    t && x && g ? [null, pickMaxima(p, x, t, g.shape, params)] : [],
  samples: () => [
    ...poolCases.map(({ shape, params }) => ({
      inputs: [
        { shape, dtype: "float32" as const },
        { shape: pooledShape("windowMax", shape, params), dtype: "float32" as const },
      ],
      params,
    })),
    // Ties: few distinct values.
    {
      inputs: [
        { shape: [1, 4, 4, 1], dtype: "float32", values: [1, 1, 2, 2, 1, 1, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0] },
        { shape: [1, 2, 2, 1], dtype: "float32" },
      ],
      params: {
        window: [2, 2],
        strides: [2, 2],
        padding: [
          [0, 0],
          [0, 0],
        ],
        dilation: [1, 1],
      },
      differentiate: false,
    },
  ],
};

/** The meaning of `windowMaxGrad`, in double precision. */
export const windowMaxGradMeaning: Meaning<WindowParams> = ([x, g], params) => {
  if (!x || !g) return [];
  const winners = new Int32Array(g.data.length).fill(-1);
  visitWindows(x.shape, g.shape, params, (to, from) => {
    const best = winners[to] ?? -1;
    if (best < 0 || (x.data[from] ?? 0) > (x.data[best] ?? 0)) winners[to] = from;
  });
  const dx = zeroArray(x.shape, g.dtype);
  winners.forEach((from, to) => {
    if (from >= 0) dx.data[from] = (dx.data[from] ?? 0) + (g.data[to] ?? 0);
  });
  return [dx];
};

/** The elements of `t` where `x`, of the same shape, has the first maximum of each window: the window's elements compared one by one. */
function pickMaxima(p: PrimitiveFunctions, x: Var, t: Var, places: Dims, params: WindowParams): Var {
  const { window, strides, padding, dilation } = params;
  const low = [0, ...padding.map((sides) => sides[0]), 0];
  const high = [0, ...padding.map((sides) => sides[1]), 0];
  const keys = p.pad(x, lowest(x.dtype), low, high);
  const values = p.pad(t, 0, low, high);
  const by = [1, ...strides, 1];
  let best = p.full(lowest(x.dtype), places, x.dtype);
  let picked = p.full(0, places, t.dtype);
  for (const tap of indicesOf(window)) {
    const start = [0, ...tap.map((offset, d) => offset * (dilation[d] ?? 1)), 0];
    const limit = start.map((at, d) =>
      places[d] === 0 ? at : at + ((places[d] ?? 1) - 1) * (by[d] ?? 1) + 1,
    );
    const key = p.slice(keys, start, limit, by);
    const better = p.gt(key, best);
    best = p.select(better, key, best);
    picked = p.select(better, p.slice(values, start, limit, by), picked);
  }
  return picked;
}

/** Gradient of `windowMax` at `x`: each cotangent goes to the first maximum of its window. */
export function windowMaxGrad(x: Var, g: Var, { window, strides, padding, dilation }: WindowParams): Var {
  return emitOne(windowMaxGradPrimitive, [x, g], { window, strides, padding, dilation });
}

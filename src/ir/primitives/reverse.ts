import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, normalizeAxes, stridesOf } from "../shape.ts";
import { gatherStrided } from "../strided.ts";

export interface ReverseParams extends Record<string, unknown> {
  readonly axes: Dims;
}

export const reversePrimitive: Primitive<ReverseParams> = {
  name: "reverse",
  infer: ([x], { axes }) => {
    if (x === undefined) return [];
    normalizeAxes(axes, x.shape.length, "reverse");
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  lowering: { kind: "view" },
  vjp: ([g], { params: { axes }, p }) => (g ? [p.reverse(g, axes)] : []),
  samples: () => [
    { inputs: [{ shape: [7], dtype: "float32" }], params: { axes: [0] } },
    { inputs: [{ shape: [3, 4, 5], dtype: "float32" }], params: { axes: [0, 2] } },
    { inputs: [{ shape: [3, 1], dtype: "int32", low: -9, high: 9 }], params: { axes: [1] } },
  ],
};

/** The meaning of `reverse`, in double precision. */
export const reverseMeaning: Meaning<ReverseParams> = ([x], { axes }) => {
  if (x === undefined) return [];
  if (x.data.length === 0) return [x];
  const strides = stridesOf(x.shape);
  const start = axes.reduce((sum, axis) => sum + ((x.shape[axis] ?? 1) - 1) * (strides[axis] ?? 0), 0);
  return [
    gatherStrided(
      x,
      x.shape,
      strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
      start,
    ),
  ];
};

/** Reverses the order of the elements along axes (counted from the front). */
export function reverse(x: Var, axes: Dims): Var {
  return axes.length === 0 ? x : emitOne(reversePrimitive, [x], { axes });
}

import { elementwise, intSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const remPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "rem",
  arity: 2,
  accepts: "numeric",
  f: ([x = 0, y = 0]) => x % y,
  scalar: (b, [x = 0, y = 0]) => b.op("rem", x, y),
  // x rem y = x − trunc(x/y)·y
  vjp: ([g], { inputs: [x, y], needs, p }) =>
    g && x && y ? [g, needs[1] ? p.neg(p.mul(g, p.trunc(p.div(x, y)))) : null] : [],
  samples: () => [
    {
      inputs: [
        { shape: [40], dtype: "float32", low: -9, high: 9 },
        { shape: [40], dtype: "float32", low: 2, high: 3 },
      ],
      params: {},
      differentiate: false,
    },
    {
      inputs: [
        { shape: [3], dtype: "float32", values: [-4.5, 7.25, 1] },
        { shape: [3], dtype: "float32", values: [2, -2, 3] },
      ],
      params: {},
    },
    ...intSamples(2, 1, 100),
  ],
});

/** Remainder with the sign of the dividend `x`, as in C. */
export function rem(x: Var, y: Var): Var {
  return emitOne(remPrimitive, [x, y], {});
}

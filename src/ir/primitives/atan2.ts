import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const atan2Primitive: Primitive<Record<never, never>> = elementwise({
  name: "atan2",
  arity: 2,
  accepts: "float",
  f: ([x = 0, y = 0]) => Math.atan2(x, y),
  scalar: (b, [x = 0, y = 0]) => b.op("atan2", x, y),
  vjp: ([g], { inputs: [x, y], needs, p }) => {
    if (!g || !x || !y) return [];
    const scaled = p.div(g, p.add(p.mul(x, x), p.mul(y, y)));
    return [needs[0] ? p.mul(scaled, y) : null, needs[1] ? p.neg(p.mul(scaled, x)) : null];
  },
  samples: () => [
    ...floatSamples(2, 0.5, 2),
    {
      inputs: [
        { shape: [4], dtype: "float32", values: [1, -1, 1, -1] },
        { shape: [4], dtype: "float32", values: [-2, -2, 2, 2] },
      ],
      params: {},
    },
  ],
});

/** Angle of the point `(y, x)` (first argument: the ordinate), in radians. */
export function atan2(x: Var, y: Var): Var {
  return emitOne(atan2Primitive, [x, y], {});
}

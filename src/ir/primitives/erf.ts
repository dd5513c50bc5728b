import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { erf as erfOf } from "../special.ts";

export const erfPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "erf",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => erfOf(x),
  scalar: (b, [x = 0]) => b.op("erf", x),
  vjp: ([g], { inputs: [x], p }) =>
    g && x ? [p.mul(g, p.scale(p.exp(p.neg(p.mul(x, x))), 2 / Math.sqrt(Math.PI)))] : [],
  samples: () => floatSamples(1, -3, 3),
});

/** Error function. */
export function erf(x: Var): Var {
  return emitOne(erfPrimitive, [x], {});
}

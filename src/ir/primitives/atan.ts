import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const atanPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "atan",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.atan(x),
  scalar: (b, [x = 0]) => b.op("atan", x),
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.div(g, p.offset(p.mul(x, x), 1))] : []),
  samples: () => floatSamples(1, -9, 9),
});

/** Arc tangent, in radians. */
export function atan(x: Var): Var {
  return emitOne(atanPrimitive, [x], {});
}

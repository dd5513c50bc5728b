import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const tanPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "tan",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.tan(x),
  scalar: (b, [x = 0]) => b.op("tan", x),
  vjp: ([g], { outputs: [y], p }) => (g && y ? [p.mul(g, p.offset(p.mul(y, y), 1))] : []),
  samples: () => floatSamples(1, -1.3, 1.3),
});

/** Tangent of an angle in radians. */
export function tan(x: Var): Var {
  return emitOne(tanPrimitive, [x], {});
}

import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const expPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "exp",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.exp(x),
  scalar: (b, [x = 0]) => b.op("exp", x),
  vjp: ([g], { outputs: [y], p }) => (g && y ? [p.mul(g, y)] : []),
  samples: () => floatSamples(1),
});

/** `e^x`. */
export function exp(x: Var): Var {
  return emitOne(expPrimitive, [x], {});
}

import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const sinPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "sin",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.sin(x),
  scalar: (b, [x = 0]) => b.op("sin", x),
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, p.cos(x))] : []),
  samples: () => floatSamples(1, -9, 9),
});

/** Sine of an angle in radians. */
export function sin(x: Var): Var {
  return emitOne(sinPrimitive, [x], {});
}

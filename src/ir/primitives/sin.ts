import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const sinPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "sin",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.sin(x),
  scalar: (b, [x = 0]) => b.op("sin", x),
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, cos(x))] : []),
  samples: () => floatSamples(1, -9, 9),
});

/** Sine of an angle in radians. */
export function sin(x: Var): Var {
  return emitOne(sinPrimitive, [x], {});
}

export const cosPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "cos",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.cos(x),
  scalar: (b, [x = 0]) => b.op("cos", x),
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, p.neg(sin(x)))] : []),
  samples: () => floatSamples(1, -9, 9),
});

/** Cosine of an angle in radians. */
export function cos(x: Var): Var {
  return emitOne(cosPrimitive, [x], {});
}

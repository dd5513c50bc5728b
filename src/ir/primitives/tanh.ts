import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const tanhPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "tanh",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.tanh(x),
  scalar: (b, [x = 0]) => b.op("tanh", x),
  vjp: ([g], { outputs: [y], p }) => (g && y ? [p.mul(g, p.sub(p.fullLike(y, 1), p.mul(y, y)))] : []),
  samples: () => floatSamples(1, -4, 4),
});

/** Hyperbolic tangent. */
export function tanh(x: Var): Var {
  return emitOne(tanhPrimitive, [x], {});
}

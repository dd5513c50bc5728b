import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const logisticPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "logistic",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => 1 / (1 + Math.exp(-x)),
  scalar: (b, [x = 0]) => {
    const one = b.const(1, b.dtypeOf(x));
    return b.op("div", one, b.op("add", one, b.op("exp", b.op("neg", x))));
  },
  // d σ(x) = σ(x)·(1 − σ(x)) dx
  vjp: ([g], { outputs: [y], p }) => (g && y ? [p.mul(g, p.mul(y, p.sub(p.fullLike(y, 1), y)))] : []),
  samples: () => floatSamples(1, -8, 8),
});

/** `1 / (1 + e^−x)`. */
export function logistic(x: Var): Var {
  return emitOne(logisticPrimitive, [x], {});
}

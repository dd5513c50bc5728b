import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const coshPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "cosh",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.cosh(x),
  scalar: (b, [x = 0]) =>
    b.op("mul", b.op("add", b.op("exp", x), b.op("exp", b.op("neg", x))), b.const(0.5, b.dtypeOf(x))),
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, p.sinh(x))] : []),
  samples: () => floatSamples(1, -4, 4),
});

/** Hyperbolic cosine. */
export function cosh(x: Var): Var {
  return emitOne(coshPrimitive, [x], {});
}

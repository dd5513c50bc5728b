import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const sinhPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "sinh",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.sinh(x),
  scalar: (b, [x = 0]) => {
    // sinh |x| = ½(t + t/(t + 1)) with t = e^|x| − 1: no cancellation near 0
    const t = b.op("expm1", b.op("abs", x));
    const s = b.op("add", t, b.op("div", t, b.op("add", t, b.const(1, b.dtypeOf(x)))));
    return b.op("mul", b.op("sign", x), b.op("mul", s, b.const(0.5, b.dtypeOf(x))));
  },
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, p.cosh(x))] : []),
  samples: () => floatSamples(1, -4, 4),
});

/** Hyperbolic sine. */
export function sinh(x: Var): Var {
  return emitOne(sinhPrimitive, [x], {});
}

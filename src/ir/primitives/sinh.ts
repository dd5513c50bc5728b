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
    const constant = (value: number): number => b.const(value, b.dtypeOf(x));
    const size = b.op("abs", x);
    const t = b.op("expm1", size);
    const near = b.op("mul", constant(0.5), b.op("add", t, b.op("div", t, b.op("add", t, constant(1)))));
    // ½·e^|x| in two factors: e^|x| alone is infinite a little earlier
    const root = b.op("exp", b.op("mul", constant(0.5), size));
    const far = b.op("mul", b.op("mul", constant(0.5), root), root);
    return b.op("mul", b.op("sign", x), b.op("select", b.op("lt", constant(30), size), far, near));
  },
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, p.cosh(x))] : []),
  samples: () => floatSamples(1, -4, 4),
});

/** Hyperbolic sine. */
export function sinh(x: Var): Var {
  return emitOne(sinhPrimitive, [x], {});
}

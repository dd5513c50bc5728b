import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const acoshPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "acosh",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.acosh(x),
  scalar: (b, [x = 0]) => {
    // log1p(t + √t·√(t + 2)) with t = x − 1: NaN where t < 0; above 2^30, log(2x) does not overflow
    const t = b.op("sub", x, b.const(1, b.dtypeOf(x)));
    const root = b.op("mul", b.op("sqrt", t), b.op("sqrt", b.op("add", t, b.const(2, b.dtypeOf(x)))));
    const far = b.op("add", b.op("log", x), b.const(Math.LN2, b.dtypeOf(x)));
    return b.op(
      "select",
      b.op("lt", b.const(2 ** 30, b.dtypeOf(x)), x),
      far,
      b.op("log1p", b.op("add", t, root)),
    );
  },
  vjp: ([g], { inputs: [x], p }) =>
    g && x ? [p.mul(g, p.rsqrt(p.mul(p.offset(x, -1), p.offset(x, 1))))] : [],
  samples: () => floatSamples(1, 1.2, 8),
});

/** Inverse hyperbolic cosine; NaN below 1. */
export function acosh(x: Var): Var {
  return emitOne(acoshPrimitive, [x], {});
}

import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const asinhPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "asinh",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.asinh(x),
  scalar: (b, [x = 0]) => {
    // sign(x)·log1p(|x| + x²/(1 + √(x² + 1))), exact near 0; above 2^30, x² + 1 is x² and log(2|x|) does not overflow
    const one = b.const(1, b.dtypeOf(x));
    const a = b.op("abs", x);
    const square = b.op("mul", x, x);
    const root = b.op("add", one, b.op("sqrt", b.op("add", square, one)));
    const near = b.op("log1p", b.op("add", a, b.op("div", square, root)));
    const far = b.op("add", b.op("log", a), b.const(Math.LN2, b.dtypeOf(x)));
    return b.op(
      "mul",
      b.op("sign", x),
      b.op("select", b.op("lt", b.const(2 ** 30, b.dtypeOf(x)), a), far, near),
    );
  },
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, p.rsqrt(p.offset(p.mul(x, x), 1)))] : []),
  samples: () => floatSamples(1, -6, 6),
});

/** Inverse hyperbolic sine. */
export function asinh(x: Var): Var {
  return emitOne(asinhPrimitive, [x], {});
}

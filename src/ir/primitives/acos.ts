import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const acosPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "acos",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.acos(x),
  scalar: (b, [x = 0]) =>
    b.op(
      "atan2",
      b.op(
        "sqrt",
        b.op("mul", b.op("sub", b.const(1, b.dtypeOf(x)), x), b.op("add", b.const(1, b.dtypeOf(x)), x)),
      ),
      x,
    ),
  vjp: ([g], { inputs: [x], p }) =>
    g && x ? [p.neg(p.mul(g, p.rsqrt(p.sub(p.fullLike(x, 1), p.mul(x, x)))))] : [],
  samples: () => floatSamples(1, -0.9, 0.9),
});

/** Arc cosine, in radians. */
export function acos(x: Var): Var {
  return emitOne(acosPrimitive, [x], {});
}

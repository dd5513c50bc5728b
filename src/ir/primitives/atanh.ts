import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const atanhPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "atanh",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.atanh(x),
  scalar: (b, [x = 0]) =>
    b.op("mul", b.op("sub", b.op("log1p", x), b.op("log1p", b.op("neg", x))), b.const(0.5, b.dtypeOf(x))),
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.div(g, p.sub(p.fullLike(x, 1), p.mul(x, x)))] : []),
  samples: () => floatSamples(1, -0.9, 0.9),
});

/** Inverse hyperbolic tangent. */
export function atanh(x: Var): Var {
  return emitOne(atanhPrimitive, [x], {});
}

import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const coshPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "cosh",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.cosh(x),
  scalar: (b, [x = 0]) => {
    // ½r² + ½/r² with r = e^(x/2): r² alone is infinite a little earlier than ½r²
    const half = b.const(0.5, b.dtypeOf(x));
    const r = b.op("exp", b.op("mul", half, x));
    return b.op("add", b.op("mul", b.op("mul", half, r), r), b.op("div", b.op("div", half, r), r));
  },
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, p.sinh(x))] : []),
  samples: () => floatSamples(1, -4, 4),
});

/** Hyperbolic cosine. */
export function cosh(x: Var): Var {
  return emitOne(coshPrimitive, [x], {});
}

import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const sinhPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "sinh",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.sinh(x),
  scalar: (b, [x = 0]) => {
    // ½(r − 1/r)(r + 1/r) with r = t + 1 = e^|x/2|, where r − 1/r = t(1 + 1/r): no cancellation near 0, no overflow on the way
    const half = b.const(0.5, b.dtypeOf(x));
    const one = b.const(1, b.dtypeOf(x));
    const t = b.op("expm1", b.op("mul", half, b.op("abs", x)));
    const r = b.op("add", t, one);
    const inverse = b.op("div", one, r);
    const factors = b.op("mul", b.op("add", one, inverse), b.op("add", r, inverse));
    return b.op("mul", b.op("mul", b.op("sign", x), b.op("mul", half, t)), factors);
  },
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, cosh(x))] : []),
  samples: () => floatSamples(1, -4, 4),
});

/** Hyperbolic sine. */
export function sinh(x: Var): Var {
  return emitOne(sinhPrimitive, [x], {});
}

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
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, sinh(x))] : []),
  samples: () => floatSamples(1, -4, 4),
});

/** Hyperbolic cosine. */
export function cosh(x: Var): Var {
  return emitOne(coshPrimitive, [x], {});
}

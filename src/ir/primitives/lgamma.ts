import { digamma } from "./digamma.ts";
import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { lgamma as lgammaOf } from "../special.ts";

export const lgammaPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "lgamma",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => lgammaOf(x),
  scalar: (b, [x = 0]) => {
    const k = (value: number): number => b.const(value, b.dtypeOf(x));
    // Below 1/2: log Γ(x) = log(π / |sin πx|) − log Γ(1 − x)
    const low = b.op("lt", x, k(0.5));
    const z = b.op("select", low, b.op("sub", k(1), x), x);
    // log Γ(z) = log Γ(z + 6) − log(z·(z + 1)⋯(z + 5)), and Stirling's series at z + 6
    let product = z;
    for (let i = 1; i < 6; i++) product = b.op("mul", product, b.op("add", z, k(i)));
    const large = b.op("lt", k(1e4), z); // the product would overflow, and the shift is not needed
    const w = b.op("select", large, z, b.op("add", z, k(6)));
    const r = b.op("div", k(1), b.op("mul", w, w));
    const tail = b.op("sub", k(1 / 360), b.op("mul", r, k(1 / 1260)));
    const series = b.op("div", b.op("sub", k(1 / 12), b.op("mul", r, tail)), w);
    const stirling = b.op("sub", b.op("mul", b.op("sub", w, k(0.5)), b.op("log", w)), w);
    const sum = b.op("add", b.op("add", stirling, k(0.5 * Math.log(2 * Math.PI))), series);
    const value = b.op("sub", sum, b.op("log", b.op("select", large, k(1), product)));
    const sine = b.op("abs", b.op("sin", b.op("mul", k(Math.PI), x)));
    return b.op("select", low, b.op("sub", b.op("log", b.op("div", k(Math.PI), sine)), value), value);
  },
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, digamma(x))] : []),
  samples: () => [...floatSamples(1, 0.2, 9), ...floatSamples(1, -0.9, -0.1)],
});

/** `log |Γ(x)|`. */
export function lgamma(x: Var): Var {
  return emitOne(lgammaPrimitive, [x], {});
}

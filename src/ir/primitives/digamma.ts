import { elementwise, floatSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { digamma as digammaOf } from "../special.ts";

export const digammaPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "digamma",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => digammaOf(x),
  scalar: (b, [x = 0]) => {
    const k = (value: number): number => b.const(value, b.dtypeOf(x));
    // Below 0: ψ(x) = ψ(1 − x) − π / tan πx
    const low = b.op("lt", x, k(0));
    const z = b.op("select", low, b.op("sub", k(1), x), x);
    // ψ(z) = ψ(z + 6) − 1/z − … − 1/(z + 5), and the asymptotic series at z + 6
    let shift = b.op("div", k(1), z);
    for (let i = 1; i < 6; i++) shift = b.op("add", shift, b.op("div", k(1), b.op("add", z, k(i))));
    const w = b.op("add", z, k(6));
    const r = b.op("div", k(1), b.op("mul", w, w));
    const tail = b.op("sub", k(1 / 120), b.op("mul", r, k(1 / 252)));
    const series = b.op("mul", r, b.op("sub", k(1 / 12), b.op("mul", r, tail)));
    const asymptotic = b.op("sub", b.op("sub", b.op("log", w), b.op("div", k(0.5), w)), series);
    const value = b.op("sub", asymptotic, shift);
    const reflected = b.op("sub", value, b.op("div", k(Math.PI), b.op("tan", b.op("mul", k(Math.PI), x))));
    return b.op("select", low, reflected, value);
  },
  vjp: notDifferentiable("the trigamma function is not a primitive", "error"),
  samples: () => [...floatSamples(1, 0.2, 9), ...floatSamples(1, -0.8, -0.3)],
});

/** Derivative of `log Γ(x)`. */
export function digamma(x: Var): Var {
  return emitOne(digammaPrimitive, [x], {});
}

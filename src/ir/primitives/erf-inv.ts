import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { erfInv as erfInvOf } from "../special.ts";

// Coefficients of M. Giles, "Approximating the erfinv function" (2010), single precision.
const central = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const tail = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];

export const erfInvPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "erfInv",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => erfInvOf(x),
  scalar: (b, [x = 0]) => {
    const k = (value: number): number => b.const(value, b.dtypeOf(x));
    const polynomial = (at: number, coefficients: readonly number[]): number =>
      coefficients.map(k).reduce((sum, c) => b.op("add", b.op("mul", sum, at), c));
    // w = −log(1 − x²)
    const w = b.op("neg", b.op("log1p", b.op("neg", b.op("mul", x, x))));
    const inner = polynomial(b.op("sub", w, k(2.5)), central);
    const outer = polynomial(b.op("sub", b.op("sqrt", w), k(3)), tail);
    const value = b.op("mul", b.op("select", b.op("lt", w, k(5)), inner, outer), x);
    const edge = b.op("eq", b.op("abs", x), k(1));
    return b.op("select", edge, b.op("mul", x, k(Infinity)), value);
  },
  // d erf⁻¹(x) = √π/2 · e^(y²) dx
  vjp: ([g], { outputs: [y], p }) =>
    g && y ? [p.mul(g, p.scale(p.exp(p.mul(y, y)), Math.sqrt(Math.PI) / 2))] : [],
  samples: () => floatSamples(1, -0.95, 0.95),
});

/** Inverse of the error function; ±Infinity at ±1. */
export function erfInv(x: Var): Var {
  return emitOne(erfInvPrimitive, [x], {});
}

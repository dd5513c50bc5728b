import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const powPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "pow",
  arity: 2,
  accepts: "numeric",
  f: ([x = 0, y = 0]) => x ** y,
  scalar: (b, [x = 0, y = 0]) => b.op("pow", x, y),
  // d x^y = y·x^(y−1) dx + x^y·log x dy, with 0 where y is 0, and where x is 0
  vjp: ([g], { inputs: [x, y], outputs: [z], needs, p }) => {
    if (!g || !x || !y || !z) return [];
    const zero = p.fullLike(y, 0);
    const dx = (): Var => p.select(p.eq(y, zero), zero, p.mul(y, p.pow(x, p.offset(y, -1))));
    const dy = (): Var => p.mul(z, p.log(p.select(p.eq(x, zero), p.fullLike(x, 1), x)));
    return [needs[0] ? p.mul(g, dx()) : null, needs[1] ? p.mul(g, dy()) : null];
  },
  samples: () => [
    ...floatSamples(2, 0.3, 3),
    {
      inputs: [
        { shape: [4], dtype: "float32", values: [-2, -1.5, 2, 0] },
        { shape: [4], dtype: "float32", values: [3, 2, 0.5, 2] },
      ],
      params: {},
      differentiate: false,
    },
    {
      inputs: [
        { shape: [9], dtype: "int32", low: -5, high: 6 },
        { shape: [9], dtype: "int32", low: 0, high: 5 },
      ],
      params: {},
    },
  ],
});

/** `x^y`. */
export function pow(x: Var, y: Var): Var {
  return emitOne(powPrimitive, [x, y], {});
}

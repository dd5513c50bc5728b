import { elementwise, intSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const andPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "and",
  arity: 2,
  accepts: "bits",
  f: ([x = 0, y = 0]) => Number(BigInt(x) & BigInt(y)),
  scalar: (b, [x = 0, y = 0]) => b.op("and", x, y),
  vjp: notDifferentiable("its inputs are not floats"),
  samples: () => [
    ...intSamples(2),
    {
      inputs: [
        { shape: [3, 5], dtype: "bool" },
        { shape: [3, 5], dtype: "bool" },
      ],
      params: {},
    },
  ],
});

/** Bitwise and; logical for bool. */
export function and(x: Var, y: Var): Var {
  return emitOne(andPrimitive, [x, y], {});
}

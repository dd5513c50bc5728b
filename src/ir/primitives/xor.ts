import { elementwise, intSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const xorPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "xor",
  arity: 2,
  accepts: "bits",
  f: ([x = 0, y = 0]) => Number(BigInt(x) ^ BigInt(y)),
  scalar: (b, [x = 0, y = 0]) => b.op("xor", x, y),
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

/** Bitwise exclusive or; logical for bool. */
export function xor(x: Var, y: Var): Var {
  return emitOne(xorPrimitive, [x, y], {});
}

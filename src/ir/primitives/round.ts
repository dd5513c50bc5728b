import { elementwise, floatSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { roundHalfEven } from "../numbers.ts";

export const roundPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "round",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => roundHalfEven(x),
  scalar: (b, [x = 0]) => b.op("round", x),
  vjp: notDifferentiable("it is piecewise constant"),
  samples: () => [
    ...floatSamples(1, -9, 9),
    {
      inputs: [{ shape: [6], dtype: "float32", values: [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5] }],
      params: {},
      differentiate: false,
    },
  ],
});

/** Nearest integer, halves to the even one. */
export function round(x: Var): Var {
  return emitOne(roundPrimitive, [x], {});
}

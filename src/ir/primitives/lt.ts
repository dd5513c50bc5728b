import { elementwise, floatSamples, intSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const ltPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "lt",
  arity: 2,
  accepts: "any",
  result: () => "bool",
  f: ([x = 0, y = 0]) => (x < y ? 1 : 0),
  scalar: (b, [x = 0, y = 0]) => b.op("lt", x, y),
  vjp: notDifferentiable("its result is a truth value"),
  samples: () => [
    ...floatSamples(2),
    ...intSamples(2, 0, 4),
    {
      inputs: [
        { shape: [4], dtype: "float32", values: [1, NaN, NaN, 2] },
        { shape: [4], dtype: "float32", values: [1, NaN, 0, 3] },
      ],
      params: {},
    },
    {
      inputs: [
        { shape: [9], dtype: "bool" },
        { shape: [9], dtype: "bool" },
      ],
      params: {},
    },
  ],
});

/** `x < y`, as bool. */
export function lt(x: Var, y: Var): Var {
  return emitOne(ltPrimitive, [x, y], {});
}

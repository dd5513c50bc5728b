import { elementwise, intSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const notPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "not",
  arity: 1,
  accepts: "bits",
  f: ([x = 0], _, [dtype]) => (dtype === "bool" ? 1 - x : -x - 1),
  scalar: (b, [x = 0]) => b.op("not", x),
  vjp: notDifferentiable("its inputs are not floats"),
  samples: () => [...intSamples(1), { inputs: [{ shape: [3, 5], dtype: "bool" }], params: {} }],
});

/** Logical negation of bool, bitwise complement of integers. */
export function not(x: Var): Var {
  return emitOne(notPrimitive, [x], {});
}

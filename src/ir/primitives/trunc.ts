import { elementwise, floatSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const truncPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "trunc",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.trunc(x),
  scalar: (b, [x = 0]) => b.op("trunc", x),
  vjp: notDifferentiable("it is piecewise constant"),
  samples: () => floatSamples(1, -9, 9),
});

/** `x` without its fraction. */
export function trunc(x: Var): Var {
  return emitOne(truncPrimitive, [x], {});
}

import { elementwise, floatSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const ceilPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "ceil",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.ceil(x),
  scalar: (b, [x = 0]) => b.op("ceil", x),
  vjp: notDifferentiable("it is piecewise constant"),
  samples: () => floatSamples(1, -9, 9),
});

/** Least integer not below `x`. */
export function ceil(x: Var): Var {
  return emitOne(ceilPrimitive, [x], {});
}

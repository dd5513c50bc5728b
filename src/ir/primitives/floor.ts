import { elementwise, floatSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const floorPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "floor",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.floor(x),
  scalar: (b, [x = 0]) => b.op("floor", x),
  vjp: notDifferentiable("it is piecewise constant"),
  samples: () => floatSamples(1, -9, 9),
});

/** Greatest integer not above `x`. */
export function floor(x: Var): Var {
  return emitOne(floorPrimitive, [x], {});
}

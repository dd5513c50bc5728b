import { elementwise, floatSamples, intSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const stopGradientPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "stopGradient",
  arity: 1,
  accepts: "any",
  f: ([x = 0]) => x,
  scalar: (_, [x = 0]) => x,
  vjp: notDifferentiable("no gradient is to flow through it"),
  // Differences would see the identity, so the numeric check is left out.
  samples: () => [...floatSamples(1, -2, 2, false), ...intSamples(1)],
});

/** `x`, through which no gradient flows. */
export function stopGradient(x: Var): Var {
  return emitOne(stopGradientPrimitive, [x], {});
}

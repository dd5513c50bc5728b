import { elementwise, floatSamples, intSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const signPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "sign",
  arity: 1,
  accepts: "numeric",
  f: ([x = 0]) => Math.sign(x),
  scalar: (b, [x = 0]) => b.op("sign", x),
  vjp: notDifferentiable("it is piecewise constant"),
  samples: () => [...floatSamples(1), ...intSamples(1)],
});

/** −1, 0 or 1; NaN for NaN. */
export function sign(x: Var): Var {
  return emitOne(signPrimitive, [x], {});
}

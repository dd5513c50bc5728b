import { elementwise, floatSamples, intSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const mulPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "mul",
  arity: 2,
  accepts: "numeric",
  f: ([x = 0, y = 0]) => x * y,
  scalar: (b, [x = 0, y = 0]) => b.op("mul", x, y),
  vjp: ([g], { inputs: [x, y], needs, p }) =>
    g && x && y ? [needs[0] ? p.mul(g, y) : null, needs[1] ? p.mul(g, x) : null] : [],
  samples: () => [...floatSamples(2), ...intSamples(2, -9, 9)],
});

/** `x · y`; equal shapes and dtypes. */
export function mul(x: Var, y: Var): Var {
  return emitOne(mulPrimitive, [x, y], {});
}

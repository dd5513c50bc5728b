import { elementwise, floatSamples, intSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const subPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "sub",
  arity: 2,
  accepts: "numeric",
  f: ([x = 0, y = 0]) => x - y,
  scalar: (b, [x = 0, y = 0]) => b.op("sub", x, y),
  vjp: ([g], { needs, p }) => (g ? [g, needs[1] ? p.neg(g) : null] : []),
  samples: () => [...floatSamples(2), ...intSamples(2)],
});

/** `x − y`; equal shapes and dtypes. */
export function sub(x: Var, y: Var): Var {
  return emitOne(subPrimitive, [x, y], {});
}

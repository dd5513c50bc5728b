import { elementwise, floatSamples, intSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const absPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "abs",
  arity: 1,
  accepts: "numeric",
  f: ([x = 0]) => Math.abs(x),
  scalar: (b, [x = 0]) => b.op("abs", x),
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.mul(g, p.sign(x))] : []),
  samples: () => [...floatSamples(1), ...intSamples(1)],
});

/** `|x|`; its derivative at 0 is 0. */
export function abs(x: Var): Var {
  return emitOne(absPrimitive, [x], {});
}

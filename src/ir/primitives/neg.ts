import { elementwise, floatSamples, intSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const negPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "neg",
  arity: 1,
  accepts: "numeric",
  f: ([x = 0]) => -x,
  scalar: (b, [x = 0]) => b.op("neg", x),
  vjp: ([g], { p }) => (g ? [p.neg(g)] : []),
  samples: () => [...floatSamples(1), ...intSamples(1)],
});

/** `−x`. */
export function neg(x: Var): Var {
  return emitOne(negPrimitive, [x], {});
}

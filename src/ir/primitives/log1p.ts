import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const log1pPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "log1p",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.log1p(x),
  scalar: (b, [x = 0]) => b.op("log1p", x),
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.div(g, p.offset(x, 1))] : []),
  samples: () => floatSamples(1, -0.8, 9),
});

/** `log(1 + x)`, exact near 0. */
export function log1p(x: Var): Var {
  return emitOne(log1pPrimitive, [x], {});
}

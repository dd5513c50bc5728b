import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const logPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "log",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.log(x),
  scalar: (b, [x = 0]) => b.op("log", x),
  vjp: ([g], { inputs: [x], p }) => (g && x ? [p.div(g, x)] : []),
  samples: () => floatSamples(1, 0.1, 9),
});

/** Natural logarithm. */
export function log(x: Var): Var {
  return emitOne(logPrimitive, [x], {});
}

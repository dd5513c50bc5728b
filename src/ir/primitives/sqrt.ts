import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const sqrtPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "sqrt",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.sqrt(x),
  scalar: (b, [x = 0]) => b.op("sqrt", x),
  vjp: ([g], { outputs: [y], p }) => (g && y ? [p.div(p.scale(g, 0.5), y)] : []),
  samples: () => floatSamples(1, 0.1, 9),
});

/** Square root; its derivative at 0 is infinite. */
export function sqrt(x: Var): Var {
  return emitOne(sqrtPrimitive, [x], {});
}

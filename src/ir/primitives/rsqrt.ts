import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const rsqrtPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "rsqrt",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => 1 / Math.sqrt(x),
  scalar: (b, [x = 0]) => b.op("div", b.const(1, b.dtypeOf(x)), b.op("sqrt", x)),
  // d x^−½ = −½·x^−³⸍² dx
  vjp: ([g], { outputs: [y], p }) => (g && y ? [p.mul(p.scale(g, -0.5), p.mul(y, p.mul(y, y)))] : []),
  samples: () => floatSamples(1, 0.1, 9),
});

/** `1 / √x`. */
export function rsqrt(x: Var): Var {
  return emitOne(rsqrtPrimitive, [x], {});
}

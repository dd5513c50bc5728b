import { elementwise, floatSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const expm1Primitive: Primitive<Record<never, never>> = elementwise({
  name: "expm1",
  arity: 1,
  accepts: "float",
  f: ([x = 0]) => Math.expm1(x),
  scalar: (b, [x = 0]) => b.op("expm1", x),
  vjp: ([g], { outputs: [y], p }) => (g && y ? [p.mul(g, p.offset(y, 1))] : []),
  samples: () => floatSamples(1),
});

/** `e^x − 1`, exact near 0. */
export function expm1(x: Var): Var {
  return emitOne(expm1Primitive, [x], {});
}

import { elementwise, floatSamples, intSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const addPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "add",
  arity: 2,
  accepts: "numeric",
  f: ([x = 0, y = 0]) => x + y,
  scalar: (b, [x = 0, y = 0]) => b.op("add", x, y),
  vjp: ([g]) => [g, g],
  samples: () => [...floatSamples(2), ...intSamples(2)],
});

/** `x + y`; equal shapes and dtypes. */
export function add(x: Var, y: Var): Var {
  return emitOne(addPrimitive, [x, y], {});
}

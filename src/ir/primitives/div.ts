import { elementwise, floatSamples, intSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const divPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "div",
  arity: 2,
  accepts: "numeric",
  f: ([x = 0, y = 0]) => x / y,
  scalar: (b, [x = 0, y = 0]) => b.op("div", x, y),
  // d(x/y) = dx/y − x/y²·dy
  vjp: ([g], { inputs: [, y], outputs: [q], needs, p }) =>
    g && y && q ? [needs[0] ? p.div(g, y) : null, needs[1] ? p.neg(p.mul(g, p.div(q, y))) : null] : [],
  samples: () => [...floatSamples(2, 0.5, 3), ...intSamples(2, 1, 100)],
});

/** `x / y`; integers truncate towards zero. */
export function div(x: Var, y: Var): Var {
  return emitOne(divPrimitive, [x, y], {});
}

import { elementwise, floatSamples, intSamples } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const minPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "min",
  arity: 2,
  accepts: "numeric",
  f: ([x = 0, y = 0]) => Math.min(x, y),
  scalar: (b, [x = 0, y = 0]) => b.op("min", x, y),
  vjp: ([g], { inputs: [x, y], p }) => {
    if (!g || !x || !y) return [];
    const tie = p.select(p.eq(x, y), p.fullLike(g, 0.5), p.fullLike(g, 0));
    const gx = p.mul(g, p.select(p.lt(x, y), p.fullLike(g, 1), tie));
    return [gx, p.sub(g, gx)];
  },
  samples: () => [...floatSamples(2), ...intSamples(2)],
});

/** Smaller of the two; NaN if either is NaN. Where both are equal the gradient is split in halves. */
export function min(x: Var, y: Var): Var {
  return emitOne(minPrimitive, [x, y], {});
}

import {
  type CumulativeOptions,
  type CumulativeParams,
  cumulativeSamples,
  evaluateCumulative,
  inferCumulative,
} from "../cumulative.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const cumSumPrimitive: Primitive<CumulativeParams> = {
  name: "cumSum",
  infer: ([x], params) => inferCumulative("cumSum", x, params),
  lowering: { kind: "structured" },
  vjp: ([g], { params: { axis, reverse, exclusive } }) =>
    g ? [cumSum(g, axis, { reverse: !reverse, exclusive })] : [],
  samples: () => cumulativeSamples(),
};

/** The meaning of `cumSum`, in double precision. */
export const cumSumMeaning: Meaning<CumulativeParams> = ([x], params) =>
  evaluateCumulative(x, params, 0, (a, b) => a + b);

/** Running sums along an axis. */
export function cumSum(
  x: Var,
  axis: number,
  { reverse = false, exclusive = false }: CumulativeOptions = {},
): Var {
  return emitOne(cumSumPrimitive, [x], { axis, reverse, exclusive });
}

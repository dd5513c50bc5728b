import {
  type CumulativeOptions,
  type CumulativeParams,
  cumulativeExtremeVjp,
  cumulativeSamples,
  evaluateCumulative,
  inferCumulative,
} from "../cumulative.ts";
import { lowest } from "../dtype-range.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const cumMaxPrimitive: Primitive<CumulativeParams> = {
  name: "cumMax",
  infer: ([x], params) => inferCumulative("cumMax", x, params),
  lowering: { kind: "structured" },
  vjp: cumulativeExtremeVjp((x, axis) => cumMax(x, axis)),
  samples: () => cumulativeSamples(),
};

/** The meaning of `cumMax`, in double precision. */
export const cumMaxMeaning: Meaning<CumulativeParams> = ([x], params) =>
  evaluateCumulative(x, params, lowest(x?.dtype ?? "float32"), Math.max);

/** Largest element so far along an axis; of equals the latest takes the gradient. */
export function cumMax(
  x: Var,
  axis: number,
  { reverse = false, exclusive = false }: CumulativeOptions = {},
): Var {
  return emitOne(cumMaxPrimitive, [x], { axis, reverse, exclusive });
}

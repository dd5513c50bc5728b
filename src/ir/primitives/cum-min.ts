import {
  type CumulativeOptions,
  type CumulativeParams,
  cumulativeExtremeVjp,
  cumulativeSamples,
  evaluateCumulative,
  inferCumulative,
} from "../cumulative.ts";
import { highest } from "../dtype-range.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { cumMax } from "./cum-max.ts";

export const cumMinPrimitive: Primitive<CumulativeParams> = {
  name: "cumMin",
  infer: ([x], params) => inferCumulative("cumMin", x, params),
  lowering: { kind: "structured" },
  vjp: cumulativeExtremeVjp(cumMax),
  samples: () => cumulativeSamples(),
};

/** The meaning of `cumMin`, in double precision. */
export const cumMinMeaning: Meaning<CumulativeParams> = ([x], params) =>
  evaluateCumulative(x, params, highest(x?.dtype ?? "float32"), Math.min);

/** Smallest element so far along an axis; of equals the latest takes the gradient. */
export function cumMin(
  x: Var,
  axis: number,
  { reverse = false, exclusive = false }: CumulativeOptions = {},
): Var {
  return emitOne(cumMinPrimitive, [x], { axis, reverse, exclusive });
}

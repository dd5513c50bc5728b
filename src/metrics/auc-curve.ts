import { add, divide, divideNoNan, maximum, minimum, multiply, subtract } from "../ops/arithmetic.ts";
import { equal, greater, logicalAnd } from "../ops/comparison.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { slice } from "../ops/blocks.ts";
import { where } from "../ops/indexing.ts";
import { mean, sum } from "../ops/reductions.ts";
import { log } from "../ops/unary-math.ts";

export const aucCurves = ["ROC", "PR", "PRGAIN"] as const;
export type AucCurve = (typeof aucCurves)[number];
export const aucSummations = ["interpolation", "minoring", "majoring"] as const;
export type AucSummation = (typeof aucSummations)[number];

/** Counts at each threshold: `[thresholds]` or `[thresholds, labels]`. */
export interface CurveCounts<T> {
  readonly truePositives: T;
  readonly falsePositives: T;
  readonly trueNegatives: T;
  readonly falseNegatives: T;
}

interface How {
  readonly curve: AucCurve;
  readonly summationMethod: AucSummation;
  readonly multiLabel: boolean;
  readonly labelWeights: Tensor | null;
}

/** All but the last, and all but the first threshold. */
function ends(x: Tensor): readonly [before: Tensor, after: Tensor] {
  const [n = 1, ...rest] = x.dims;
  const zeros = rest.map(() => 0);
  const shape = [n - 1, ...rest];
  return [slice(x, [0, ...zeros], shape), slice(x, [1, ...zeros], shape)];
}

/** The area under the curve that counts describe. @see Keras `metrics/confusion_metrics.py` */
export function areaUnder(counts: CurveCounts<Tensor>, how: How): Tensor {
  if (how.curve === "PR" && how.summationMethod === "interpolation")
    return averaged(interpolatedPrecisionRecall(counts), how);
  const { x, y } = curveOf(counts, how.curve);
  const [x0, x1] = ends(x);
  const [y0, y1] = ends(y);
  const heights = {
    interpolation: () => divide(add(y0, y1), 2),
    minoring: () => minimum(y0, y1),
    majoring: () => maximum(y0, y1),
  };
  return averaged(multiply(subtract(x0, x1), heights[how.summationMethod]()), how);
}

/** Sums the pieces of each label's area, and averages over labels. */
function averaged(pieces: Tensor, { multiLabel, labelWeights }: How): Tensor {
  if (!multiLabel) return sum(pieces);
  const areas: Tensor = sum(pieces, 0);
  return labelWeights === null
    ? mean(areas)
    : divideNoNan(sum(multiply(areas, labelWeights)), sum(labelWeights));
}

function curveOf(counts: CurveCounts<Tensor>, curve: AucCurve): { readonly x: Tensor; readonly y: Tensor } {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = counts;
  if (curve === "PRGAIN") return gains(counts);
  const recall: Tensor = divideNoNan(tp, add(tp, fn));
  if (curve === "ROC") return { x: divideNoNan(fp, add(fp, tn)), y: recall };
  return { x: recall, y: divideNoNan(tp, add(tp, fp)) };
}

/** Precision and recall on a harmonic scale (Flach and Kull, 2015). */
function gains({
  truePositives: tp,
  falsePositives: fp,
  trueNegatives: tn,
  falseNegatives: fn,
}: CurveCounts<Tensor>): { readonly x: Tensor; readonly y: Tensor } {
  const scale = divideNoNan(add(tp, fn), add(tn, fp));
  const gain = (errors: Tensor): Tensor => subtract(1, multiply(scale, divideNoNan(errors, tp)));
  const isNone = equal(tp, 0);
  return { x: maximum(where(isNone, 0, gain(fn)), 0), y: where(isNone, 1, gain(fp)) };
}

/** Pieces of the area under precision over recall, interpolated in the counts (Davis and Goadrich, 2006). */
function interpolatedPrecisionRecall({
  truePositives: tp,
  falsePositives: fp,
  falseNegatives: fn,
}: CurveCounts<Tensor>): Tensor {
  const [tp0, tp1] = ends(tp);
  const [p0, p1] = ends(add(tp, fp));
  const [, fn1] = ends(fn);
  const found = subtract(tp0, tp1);
  const slope = divideNoNan(found, maximum(subtract(p0, p1), 0));
  const intercept = subtract(tp1, multiply(slope, p1));
  const ratio = where(logicalAnd(greater(p0, 0), greater(p1, 0)), divideNoNan(p0, maximum(p1, 0)), 1);
  const piece = multiply(slope, add(found, multiply(intercept, log(ratio))));
  return divideNoNan(piece, maximum(add(tp1, fn1), 0));
}

import { aligned, type LossFunction, lossFunction } from "../losses/define.ts";
import { multiply } from "../ops/arithmetic.ts";
import { normalize } from "../ops/normalization.ts";
import { sum } from "../ops/reductions.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** As a function. */
export const cosineSimilarity: LossFunction<[{ readonly axis?: number }]> = lossFunction(
  "cosine_similarity",
  { axis: -1 },
  (yTrue, yPred, { axis }: { readonly axis: number }) => {
    const [truth, prediction] = aligned(yTrue, yPred);
    return sum(multiply(normalize(truth, { axis }), normalize(prediction, { axis })), axis);
  },
);

/** Mean cosine of the angle between truth and predictions along `axis` (-1). @see Keras `metrics/regression_metrics.py` */
export const CosineSimilarity: MetricConstructor<
  [...NameAndDType, { readonly axis?: number }],
  FunctionMetric
> = functionMetric(
  "CosineSimilarity",
  cosineSimilarity,
  { name: "cosine_similarity", dtype: null, axis: -1 },
  "up",
  // Keras leaves it out of files even then.
  ["axis"],
);

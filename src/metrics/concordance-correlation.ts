import { aligned, type LossFunction, lossFunction } from "../losses/define.ts";
import { add, divide, multiply, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { mean, variance } from "../ops/reductions.ts";
import { square } from "../ops/unary-math.ts";
import { epsilon } from "../util/epsilon.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

type Axis = [{ readonly axis?: number }];

/** Lin's concordance of truth and predictions along `axis` (-1): how close they lie to a line of 45°. @see Keras `metrics/correlation_metrics.py` */
export const concordanceCorrelation: LossFunction<Axis> = lossFunction(
  "concordance_correlation",
  { axis: -1 },
  (yTrue, yPred, { axis }: { readonly axis: number }) => {
    const [truth, prediction] = aligned(yTrue, yPred);
    const along = { axis, keepdims: true };
    const [trueMean, predictedMean]: [Tensor, Tensor] = [mean(truth, along), mean(prediction, along)];
    const spread = add(variance(truth, along), variance(prediction, along));
    const covariance = multiply(subtract(truth, predictedMean), subtract(prediction, predictedMean));
    const norm = add(spread, square(subtract(trueMean, predictedMean)));
    return mean(divide(multiply(2, covariance), add(norm, epsilon())), axis);
  },
);

/** Mean of Lin's concordance along `axis` (-1). @see Keras `metrics/correlation_metrics.py` */
export const ConcordanceCorrelation: MetricConstructor<[...NameAndDType, ...Axis], FunctionMetric> =
  functionMetric(
    "ConcordanceCorrelation",
    concordanceCorrelation,
    { name: "concordance_correlation", dtype: null, axis: -1 },
    "up",
  );

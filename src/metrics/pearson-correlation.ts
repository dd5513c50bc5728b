import { aligned, type LossFunction, lossFunction } from "../losses/define.ts";
import { divide, multiply, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { mean, std } from "../ops/reductions.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

type Axis = [{ readonly axis?: number }];

/** Pearson's correlation of truth and predictions along `axis` (-1): from −1 to 1. @see Keras `metrics/correlation_metrics.py` */
export const pearsonCorrelation: LossFunction<Axis> = lossFunction(
  "pearson_correlation",
  { axis: -1 },
  (yTrue, yPred, { axis }: { readonly axis: number }) => {
    const [truth, prediction] = aligned(yTrue, yPred);
    const standardized = (x: Tensor): Tensor => {
      const centred: Tensor = subtract(x, mean(x, { axis, keepdims: true }));
      return divide(centred, std(centred, { axis, keepdims: true }));
    };
    return mean(multiply(standardized(truth), standardized(prediction)), axis);
  },
);

/** Mean of Pearson's correlation along `axis` (-1). @see Keras `metrics/correlation_metrics.py` */
export const PearsonCorrelation: MetricConstructor<[...NameAndDType, ...Axis], FunctionMetric> =
  functionMetric(
    "PearsonCorrelation",
    pearsonCorrelation,
    { name: "pearson_correlation", dtype: null, axis: -1 },
    "up",
  );

import { floatx } from "../graph/dtype-policy.ts";
import { type LossFunction, lossFunction } from "../losses/define.ts";
import { toSameRank } from "../losses/same-rank.ts";
import { equal, greater } from "../ops/comparison.ts";
import { inDType } from "../ops/in-dtype.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

type Threshold = [{ readonly threshold?: number }];

/** 1 where a prediction is above `threshold` (0.5) and the label 1, or neither; else 0. @see Keras `metrics/accuracy_metrics.py` */
export const binaryAccuracy: LossFunction<Threshold> = lossFunction(
  "binary_accuracy",
  { threshold: 0.5 },
  (yTrue, yPred, { threshold }: { readonly threshold: number }) => {
    const [truth, prediction] = toSameRank(yTrue, yPred);
    return inDType(equal(truth, inDType(greater(prediction, threshold), truth.dtype)), floatx());
  },
);

/** How often yes-or-no predictions are right; `threshold` 0.5. @see Keras `metrics/accuracy_metrics.py` */
export const BinaryAccuracy: MetricConstructor<[...NameAndDType, ...Threshold], FunctionMetric> =
  functionMetric(
    "BinaryAccuracy",
    binaryAccuracy,
    { name: "binary_accuracy", dtype: null, threshold: 0.5 },
    "up",
  );

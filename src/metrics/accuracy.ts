import { floatx } from "../graph/dtype-policy.ts";
import { aligned, type LossFunction, lossFunction } from "../losses/define.ts";
import { equal } from "../ops/comparison.ts";
import { inDType } from "../ops/in-dtype.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** As a function. */
export const accuracy: LossFunction = lossFunction("accuracy", {}, (yTrue, yPred) => {
  const [truth, prediction] = aligned(yTrue, yPred);
  return inDType(equal(truth, prediction), floatx());
});

/** How often predictions equal the truth. @see Keras `metrics/accuracy_metrics.py` */
export const Accuracy: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "Accuracy",
  accuracy,
  { name: "accuracy", dtype: null },
  "up",
);

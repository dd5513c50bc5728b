import { floatx } from "../graph/dtype-policy.ts";
import { type LossFunction, lossFunction } from "../losses/define.ts";
import { equal } from "../ops/comparison.ts";
import { inDType } from "../ops/in-dtype.ts";
import { argmax } from "../ops/reductions.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/**
 * 1 where the largest prediction is that of the true class, else 0; classes as one-hot vectors.
 *
 * Shapes: both `[batch, …, classes]` → `[batch, …]`.
 *
 * @see Keras `metrics/accuracy_metrics.py`
 */
export const categoricalAccuracy: LossFunction = lossFunction("categorical_accuracy", {}, (yTrue, yPred) =>
  inDType(equal(argmax(yTrue, -1), argmax(yPred, -1)), floatx()),
);

/** How often predictions are right, with one-hot labels. @see Keras `metrics/accuracy_metrics.py` */
export const CategoricalAccuracy: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "CategoricalAccuracy",
  categoricalAccuracy,
  { name: "categorical_accuracy", dtype: null },
  "up",
);

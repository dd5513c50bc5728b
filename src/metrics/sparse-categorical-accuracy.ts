import { equal } from "../ops/comparison.ts";
import { argmax } from "../ops/reductions.ts";
import { expandDims, squeeze } from "../ops/shape.ts";
import { floatx } from "../graph/dtype-policy.ts";
import { type LossFunction, lossFunction } from "../losses/define.ts";
import { toDType } from "../losses/loss.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/**
 * 1 where the largest prediction is that of the true class, else 0; classes as integers.
 *
 * Shapes: `yTrue` `[batch, …]` or `[batch, …, 1]`, `yPred` `[batch, …, classes]` → `[batch, …]`.
 *
 * @see Keras `metrics/accuracy_metrics.py`
 */
export const sparseCategoricalAccuracy: LossFunction = lossFunction(
  "sparse_categorical_accuracy",
  {},
  (yTrue, yPred) => {
    const isColumn = yTrue.ndim === yPred.ndim && yTrue.shape.at(-1) === 1;
    const classes = isColumn ? squeeze(yTrue, -1) : yTrue;
    const matches = toDType(
      equal(toDType(classes, "float32"), toDType(argmax(yPred, -1), "float32")),
      floatx(),
    );
    const shaped = isColumn ? expandDims(matches, -1) : matches;
    return shaped.ndim > 1 && shaped.shape.at(-1) === 1 ? squeeze(shaped, -1) : shaped;
  },
);

/** How often predictions are right, with classes as integers. @see Keras `metrics/accuracy_metrics.py` */
export const SparseCategoricalAccuracy: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "SparseCategoricalAccuracy",
  sparseCategoricalAccuracy,
  { name: "sparse_categorical_accuracy", dtype: null },
  "up",
);

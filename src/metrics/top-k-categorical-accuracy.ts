import { floatx } from "../graph/dtype-policy.ts";
import { type LossFunction, lossFunction } from "../losses/define.ts";
import { inDType } from "../ops/in-dtype.ts";
import { argmax } from "../ops/reductions.ts";
import { inTopK } from "../ops/sorting.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

type K = [{ readonly k?: number }];

/**
 * 1 where the true class is among the `k` (5) largest predictions, else 0; classes as one-hot vectors.
 *
 * @see Keras `metrics/accuracy_metrics.py`
 */
export const topKCategoricalAccuracy: LossFunction<K> = lossFunction(
  "top_k_categorical_accuracy",
  { k: 5 },
  (yTrue, yPred, { k }: { readonly k: number }) => inDType(inTopK(argmax(yTrue, -1), yPred, k), floatx()),
);

/** How often the true class is among the `k` (5) largest predictions, with one-hot labels. @see Keras `metrics/accuracy_metrics.py` */
export const TopKCategoricalAccuracy: MetricConstructor<[...K, ...NameAndDType], FunctionMetric> =
  functionMetric(
    "TopKCategoricalAccuracy",
    topKCategoricalAccuracy,
    { k: 5, name: "top_k_categorical_accuracy", dtype: null },
    "up",
  );

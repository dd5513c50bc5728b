import { floatx } from "../graph/dtype-policy.ts";
import { type LossFunction, lossFunction } from "../losses/define.ts";
import { equal } from "../ops/comparison.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { inDType } from "../ops/in-dtype.ts";
import { slice } from "../ops/blocks.ts";
import { any } from "../ops/reductions.ts";
import { expandDims, reshape } from "../ops/shape.ts";
import { inTopK } from "../ops/sorting.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

interface Bound {
  readonly k: number;
  readonly fromSortedIds: boolean;
}

/** Whether the class is among the first `k` of a list of classes. */
function isAmongFirst(classes: Tensor, ids: Tensor, k: number): Tensor {
  const [rows = 0, columns = 0] = ids.dims;
  return any(equal(expandDims(classes, 1), slice(ids, [0, 0], [rows, Math.min(k, columns)])), 1);
}

/**
 * 1 where the true class is among the `k` (5) largest predictions, else 0; classes as integers. With `fromSortedIds`
 * (false) predictions are classes, best first, in place of scores.
 *
 * @see Keras `metrics/accuracy_metrics.py`
 */
export const sparseTopKCategoricalAccuracy: LossFunction<
  [{ readonly k?: number }, { readonly fromSortedIds?: boolean }]
> = lossFunction(
  "sparse_top_k_categorical_accuracy",
  { k: 5, fromSortedIds: false },
  (yTrue, yPred, { k, fromSortedIds }: Bound) => {
    const scores: Tensor = yPred.ndim > 2 ? reshape(yPred, [-1, yPred.dims.at(-1) ?? 1]) : yPred;
    const given = inDType(yTrue, fromSortedIds ? yPred.dtype : "int32");
    const classes: Tensor = given.ndim > 1 ? reshape(given, [-1]) : given;
    const matches = inDType(
      fromSortedIds ? isAmongFirst(classes, scores, k) : inTopK(classes, scores, k),
      floatx(),
    );
    return given.ndim > 1 ? reshape(matches, given.dims) : matches;
  },
);

/** How often the true class is among the `k` (5) largest predictions, with classes as integers. @see Keras `metrics/accuracy_metrics.py` */
export const SparseTopKCategoricalAccuracy: MetricConstructor<
  [{ readonly k?: number }, ...NameAndDType, { readonly fromSortedIds?: boolean }],
  FunctionMetric
> = functionMetric(
  "SparseTopKCategoricalAccuracy",
  sparseTopKCategoricalAccuracy,
  { k: 5, name: "sparse_top_k_categorical_accuracy", dtype: null, fromSortedIds: false },
  "up",
  // As in Keras's files.
  ["fromSortedIds"],
);

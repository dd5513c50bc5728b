import { sparseCategoricalCrossentropy } from "../losses/sparse-categorical-crossentropy.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean crossentropy of labels given as integers. @see Keras `metrics/probabilistic_metrics.py` */
export const SparseCategoricalCrossentropy: MetricConstructor<
  [
    ...NameAndDType,
    { readonly fromLogits?: boolean },
    { readonly ignoreClass?: number | null },
    { readonly axis?: number },
  ],
  FunctionMetric
> = functionMetric(
  "SparseCategoricalCrossentropy",
  sparseCategoricalCrossentropy,
  { name: "sparse_categorical_crossentropy", dtype: null, fromLogits: false, ignoreClass: null, axis: -1 },
  "down",
);

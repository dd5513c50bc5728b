import { categoricalCrossentropy } from "../losses/categorical-crossentropy.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean crossentropy of one-hot labels. @see Keras `metrics/probabilistic_metrics.py` */
export const CategoricalCrossentropy: MetricConstructor<
  [
    ...NameAndDType,
    { readonly fromLogits?: boolean },
    { readonly labelSmoothing?: number },
    { readonly axis?: number },
  ],
  FunctionMetric
> = functionMetric(
  "CategoricalCrossentropy",
  categoricalCrossentropy,
  { name: "categorical_crossentropy", dtype: null, fromLogits: false, labelSmoothing: 0, axis: -1 },
  "down",
);

import { binaryCrossentropy } from "../losses/binary-crossentropy.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean crossentropy of yes-or-no labels. @see Keras `metrics/probabilistic_metrics.py` */
export const BinaryCrossentropy: MetricConstructor<
  [...NameAndDType, { readonly fromLogits?: boolean }, { readonly labelSmoothing?: number }],
  FunctionMetric
> = functionMetric(
  "BinaryCrossentropy",
  binaryCrossentropy,
  { name: "binary_crossentropy", dtype: null, fromLogits: false, labelSmoothing: 0 },
  "down",
);

import { meanAbsoluteError } from "../losses/mean-absolute-error.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean of absolute errors. @see Keras `metrics/regression_metrics.py` */
export const MeanAbsoluteError: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "MeanAbsoluteError",
  meanAbsoluteError,
  { name: "mean_absolute_error", dtype: null },
  "down",
);

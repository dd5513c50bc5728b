import { meanAbsolutePercentageError } from "../losses/mean-absolute-percentage-error.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean of errors in per cent of the truth. @see Keras `metrics/regression_metrics.py` */
export const MeanAbsolutePercentageError: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "MeanAbsolutePercentageError",
  meanAbsolutePercentageError,
  { name: "mean_absolute_percentage_error", dtype: null },
  "down",
);

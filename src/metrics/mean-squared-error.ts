import { meanSquaredError } from "../losses/mean-squared-error.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean of squared errors. @see Keras `metrics/regression_metrics.py` */
export const MeanSquaredError: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "MeanSquaredError",
  meanSquaredError,
  { name: "mean_squared_error", dtype: null },
  "down",
);

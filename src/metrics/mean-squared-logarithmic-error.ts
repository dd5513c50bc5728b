import { meanSquaredLogarithmicError } from "../losses/mean-squared-logarithmic-error.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean of squared differences of logarithms. @see Keras `metrics/regression_metrics.py` */
export const MeanSquaredLogarithmicError: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "MeanSquaredLogarithmicError",
  meanSquaredLogarithmicError,
  { name: "mean_squared_logarithmic_error", dtype: null },
  "down",
);

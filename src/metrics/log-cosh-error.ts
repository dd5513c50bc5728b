import { logCosh } from "../losses/log-cosh.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean of the logarithms of the hyperbolic cosines of errors. @see Keras `metrics/regression_metrics.py` */
export const LogCoshError: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "LogCoshError",
  logCosh,
  { name: "logcosh", dtype: null },
  "down",
);

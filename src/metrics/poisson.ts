import { poisson } from "../losses/poisson.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean Poisson loss. @see Keras `metrics/probabilistic_metrics.py` */
export const Poisson: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "Poisson",
  poisson,
  { name: "poisson", dtype: null },
  "down",
);

import { klDivergence } from "../losses/kl-divergence.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean Kullback–Leibler divergence. @see Keras `metrics/probabilistic_metrics.py` */
export const KLDivergence: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "KLDivergence",
  klDivergence,
  { name: "kl_divergence", dtype: null },
  "down",
);

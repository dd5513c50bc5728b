import { hinge } from "../losses/hinge.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean hinge loss. @see Keras `metrics/hinge_metrics.py` */
export const Hinge: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "Hinge",
  hinge,
  { name: "hinge", dtype: null },
  "down",
);

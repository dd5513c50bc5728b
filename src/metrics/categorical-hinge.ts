import { categoricalHinge } from "../losses/categorical-hinge.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean hinge loss of several classes. @see Keras `metrics/hinge_metrics.py` */
export const CategoricalHinge: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "CategoricalHinge",
  categoricalHinge,
  { name: "categorical_hinge", dtype: null },
  "down",
);

import { squaredHinge } from "../losses/squared-hinge.ts";
import { type FunctionMetric, functionMetric } from "./function-metric.ts";
import type { MetricConstructor, NameAndDType } from "./metric.ts";

/** Mean squared hinge loss. @see Keras `metrics/hinge_metrics.py` */
export const SquaredHinge: MetricConstructor<NameAndDType, FunctionMetric> = functionMetric(
  "SquaredHinge",
  squaredHinge,
  { name: "squared_hinge", dtype: null },
  "down",
);

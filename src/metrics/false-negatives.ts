import { type ConfusionCountArguments, confusionCount, type CountMetric } from "./confusion-count.ts";
import type { MetricConstructor } from "./metric.ts";

export interface FalseNegatives extends CountMetric {}

/** Number of predictions not above a threshold whose label is 1. `thresholds` (0.5) may be a list. @see Keras `metrics/confusion_metrics.py` */
export const FalseNegatives: MetricConstructor<ConfusionCountArguments, FalseNegatives> = confusionCount(
  "FalseNegatives",
  "falseNegatives",
);

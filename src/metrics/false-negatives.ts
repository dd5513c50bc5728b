import { type ConfusionCount, type ConfusionCountArguments, confusionCount } from "./confusion-count.ts";
import type { MetricCall, MetricConstructor } from "./metric.ts";

export interface FalseNegatives extends ConfusionCount, MetricCall {}

/** Number of predictions not above a threshold whose label is 1. `thresholds` (0.5) may be a list. @see Keras `metrics/confusion_metrics.py` */
export const FalseNegatives: MetricConstructor<ConfusionCountArguments, FalseNegatives> = confusionCount(
  "FalseNegatives",
  "falseNegatives",
);

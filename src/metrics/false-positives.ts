import { type ConfusionCount, type ConfusionCountArguments, confusionCount } from "./confusion-count.ts";
import type { MetricCall, MetricConstructor } from "./metric.ts";

export interface FalsePositives extends ConfusionCount, MetricCall {}

/** Number of predictions above a threshold whose label is 0. `thresholds` (0.5) may be a list. @see Keras `metrics/confusion_metrics.py` */
export const FalsePositives: MetricConstructor<ConfusionCountArguments, FalsePositives> = confusionCount(
  "FalsePositives",
  "falsePositives",
);

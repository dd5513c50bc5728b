import { type ConfusionCountArguments, confusionCount, type CountMetric } from "./confusion-count.ts";
import type { MetricConstructor } from "./metric.ts";

export interface FalsePositives extends CountMetric {}

/** Number of predictions above a threshold whose label is 0. `thresholds` (0.5) may be a list. @see Keras `metrics/confusion_metrics.py` */
export const FalsePositives: MetricConstructor<ConfusionCountArguments, FalsePositives> = confusionCount(
  "FalsePositives",
  "falsePositives",
);

import { type ConfusionCountArguments, confusionCount, type CountMetric } from "./confusion-count.ts";
import type { MetricConstructor } from "./metric.ts";

export interface TruePositives extends CountMetric {}

/** Number of predictions above a threshold whose label is 1. `thresholds` (0.5) may be a list. @see Keras `metrics/confusion_metrics.py` */
export const TruePositives: MetricConstructor<ConfusionCountArguments, TruePositives> = confusionCount(
  "TruePositives",
  "truePositives",
);

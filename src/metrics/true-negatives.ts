import { type ConfusionCount, type ConfusionCountArguments, confusionCount } from "./confusion-count.ts";
import type { MetricCall, MetricConstructor } from "./metric.ts";

export interface TrueNegatives extends ConfusionCount, MetricCall {}

/** Number of predictions not above a threshold whose label is 0. `thresholds` (0.5) may be a list. @see Keras `metrics/confusion_metrics.py` */
export const TrueNegatives: MetricConstructor<ConfusionCountArguments, TrueNegatives> = confusionCount(
  "TrueNegatives",
  "trueNegatives",
);

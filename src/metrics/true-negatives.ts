import { type ConfusionCountArguments, confusionCount, type CountMetric } from "./confusion-count.ts";
import type { MetricConstructor } from "./metric.ts";

export interface TrueNegatives extends CountMetric {}

/** Number of predictions not above a threshold whose label is 0. `thresholds` (0.5) may be a list. @see Keras `metrics/confusion_metrics.py` */
export const TrueNegatives: MetricConstructor<ConfusionCountArguments, TrueNegatives> = confusionCount(
  "TrueNegatives",
  "trueNegatives",
);

import { type AtConstraint, atConstraint, type AtConstraintArguments } from "./at-constraint-base.ts";
import type { MetricConstructor } from "./metric.ts";

export interface PrecisionAtRecall extends AtConstraint {}

/** The best precision of all thresholds with at least the given recall. @see Keras `metrics/confusion_metrics.py` */
export const PrecisionAtRecall: MetricConstructor<
  AtConstraintArguments<{ readonly recall: number }>,
  PrecisionAtRecall
> = atConstraint("PrecisionAtRecall", "recall", {
  bound: "sensitivity",
  wanted: "precision",
});

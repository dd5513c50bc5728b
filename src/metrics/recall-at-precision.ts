import { atConstraint, type AtConstraintArguments, type AtConstraintBase } from "./at-constraint-base.ts";
import type { MetricCall, MetricConstructor } from "./metric.ts";

export interface RecallAtPrecision extends AtConstraintBase, MetricCall {}

/** The best recall of all thresholds with at least the given precision. @see Keras `metrics/confusion_metrics.py` */
export const RecallAtPrecision: MetricConstructor<
  AtConstraintArguments<{ readonly precision: number }>,
  RecallAtPrecision
> = atConstraint("RecallAtPrecision", "precision", {
  bound: "precision",
  wanted: "sensitivity",
});

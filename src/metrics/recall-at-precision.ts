import { type AtConstraint, atConstraint, type AtConstraintArguments } from "./at-constraint-base.ts";
import type { MetricConstructor } from "./metric.ts";

export interface RecallAtPrecision extends AtConstraint {}

/** The best recall of all thresholds with at least the given precision. @see Keras `metrics/confusion_metrics.py` */
export const RecallAtPrecision: MetricConstructor<
  AtConstraintArguments<{ readonly precision: number }>,
  RecallAtPrecision
> = atConstraint("RecallAtPrecision", "precision", {
  bound: "precision",
  wanted: "sensitivity",
});

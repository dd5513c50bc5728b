import { type AtConstraint, atConstraint, type AtConstraintArguments } from "./at-constraint-base.ts";
import type { MetricConstructor } from "./metric.ts";

export interface SpecificityAtSensitivity extends AtConstraint {}

/** The best specificity of all thresholds with at least the given sensitivity. @see Keras `metrics/confusion_metrics.py` */
export const SpecificityAtSensitivity: MetricConstructor<
  AtConstraintArguments<{ readonly sensitivity: number }>,
  SpecificityAtSensitivity
> = atConstraint("SpecificityAtSensitivity", "sensitivity", {
  bound: "sensitivity",
  wanted: "specificity",
});

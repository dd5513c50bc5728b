import { type AtConstraint, atConstraint, type AtConstraintArguments } from "./at-constraint-base.ts";
import type { MetricConstructor } from "./metric.ts";

export interface SensitivityAtSpecificity extends AtConstraint {}

/** The best sensitivity of all thresholds with at least the given specificity. @see Keras `metrics/confusion_metrics.py` */
export const SensitivityAtSpecificity: MetricConstructor<
  AtConstraintArguments<{ readonly specificity: number }>,
  SensitivityAtSpecificity
> = atConstraint("SensitivityAtSpecificity", "specificity", {
  bound: "specificity",
  wanted: "sensitivity",
});

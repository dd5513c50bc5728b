import { atConstraint, type AtConstraintArguments, type AtConstraintBase } from "./at-constraint-base.ts";
import type { MetricCall, MetricConstructor } from "./metric.ts";

export interface SensitivityAtSpecificity extends AtConstraintBase, MetricCall {}

/** The best sensitivity of all thresholds with at least the given specificity. @see Keras `metrics/confusion_metrics.py` */
export const SensitivityAtSpecificity: MetricConstructor<
  AtConstraintArguments<{ readonly specificity: number }>,
  SensitivityAtSpecificity
> = atConstraint("SensitivityAtSpecificity", "specificity", {
  bound: "specificity",
  wanted: "sensitivity",
});

import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import type { ConfusionCounts } from "./confusion.ts";
import type { MetricCall, MetricConstructor } from "./metric.ts";
import {
  type PrecisionRecallArguments,
  PrecisionRecallBase,
  type PrecisionRecallOptions,
} from "./precision-recall-base.ts";

class PrecisionMetric extends PrecisionRecallBase {
  static readonly className = "Precision";
  static override readonly parameters: ParameterTable = {
    thresholds: null,
    topK: null,
    classId: null,
    name: null,
    dtype: null,
  };

  constructor(...args: readonly unknown[]) {
    super(
      "Precision",
      bindParameters<PrecisionRecallOptions>("Precision", PrecisionMetric.parameters, args, []),
      "false_positives",
    );
  }

  override get counts(): ConfusionCounts {
    return { truePositives: this.truePositives, falsePositives: this.errors };
  }
}

export interface Precision extends PrecisionMetric, MetricCall {}

/**
 * The share of positive predictions that are right.
 *
 * Options: `thresholds` (0.5; a list gives a list), `topK` (null: only the largest predictions count as positive),
 * `classId` (null: only this class counts).
 *
 * @see Keras `metrics/confusion_metrics.py`
 */
export const Precision: MetricConstructor<PrecisionRecallArguments, Precision> = callable<
  typeof PrecisionMetric,
  MetricConstructor<PrecisionRecallArguments, Precision>
>(PrecisionMetric);

import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import type { ConfusionCounts } from "./confusion.ts";
import type { MetricCall, MetricConstructor } from "./metric.ts";
import {
  type PrecisionRecallArguments,
  PrecisionRecallBase,
  type PrecisionRecallOptions,
} from "./precision-recall-base.ts";

class RecallMetric extends PrecisionRecallBase {
  static readonly className = "Recall";
  static override readonly parameters: ParameterTable = {
    thresholds: null,
    topK: null,
    classId: null,
    name: null,
    dtype: null,
  };

  constructor(...args: readonly unknown[]) {
    super(
      "Recall",
      bindParameters<PrecisionRecallOptions>("Recall", RecallMetric.parameters, args, []),
      "false_negatives",
    );
  }

  override get counts(): ConfusionCounts {
    return { truePositives: this.truePositives, falseNegatives: this.errors };
  }
}

export interface Recall extends RecallMetric, MetricCall {}

/**
 * The share of positive labels that are found.
 *
 * Options: `thresholds` (0.5; a list gives a list), `topK` (null: only the largest predictions count as positive),
 * `classId` (null: only this class counts).
 *
 * @see Keras `metrics/confusion_metrics.py`
 */
export const Recall: MetricConstructor<PrecisionRecallArguments, Recall> = callable<
  typeof RecallMetric,
  MetricConstructor<PrecisionRecallArguments, Recall>
>(RecallMetric);

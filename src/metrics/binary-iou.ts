import { toDType } from "../losses/loss.ts";
import { greaterEqual } from "../ops/comparison.ts";
import type { Operand } from "../ops/core/signatures.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { IoUBase } from "./iou-base.ts";
import type { MetricCall, MetricConstructor, MetricOptions, NameAndDType, Weighting } from "./metric.ts";

interface Bound extends MetricOptions {
  readonly targetClassIds: readonly number[];
  readonly threshold: number;
}

class BinaryIoUMetric extends IoUBase {
  static readonly className = "BinaryIoU";
  static override readonly parameters: ParameterTable = {
    targetClassIds: [0, 1],
    threshold: 0.5,
    name: null,
    dtype: null,
  };
  readonly threshold: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Bound>("BinaryIoU", BinaryIoUMetric.parameters, args, []);
    super("BinaryIoU", { ...given, numClasses: 2 });
    this.threshold = given.threshold;
  }

  override updateState(yTrue: Operand, yPred: Operand, weighting: Weighting = null): void {
    const isOne = greaterEqual(toDType(yPred, "float32"), this.threshold);
    super.updateState(yTrue, isOne, weighting);
  }
}

export interface BinaryIoU extends BinaryIoUMetric, MetricCall {}

type Arguments = [
  { readonly targetClassIds?: readonly number[] },
  { readonly threshold?: number },
  ...NameAndDType,
];

/**
 * Mean over `targetClassIds` (both) of intersection over union, of yes-or-no predictions with a `threshold` (0.5).
 *
 * @see Keras `metrics/iou_metrics.py`
 */
export const BinaryIoU: MetricConstructor<Arguments, BinaryIoU> = callable<
  typeof BinaryIoUMetric,
  MetricConstructor<Arguments, BinaryIoU>
>(BinaryIoUMetric);

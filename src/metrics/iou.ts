import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { IoUBase, type IoUOptions } from "./iou-base.ts";
import type { MetricCall, MetricConstructor, NameAndDType } from "./metric.ts";

class IoUMetric extends IoUBase {
  static readonly className = "IoU";
  static override readonly parameters: ParameterTable = {
    numClasses: required,
    targetClassIds: required,
    name: null,
    dtype: null,
    ignoreClass: null,
    sparseYTrue: true,
    sparseYPred: true,
    axis: -1,
  };

  constructor(...args: readonly unknown[]) {
    super("IoU", bindParameters<IoUOptions>("IoU", IoUMetric.parameters, args, []));
  }
}

export interface IoU extends IoUMetric, MetricCall {}

type Arguments = [
  { readonly numClasses: number },
  { readonly targetClassIds: readonly number[] },
  ...NameAndDType,
  { readonly ignoreClass?: number | null },
  { readonly sparseYTrue?: boolean },
  { readonly sparseYPred?: boolean },
  { readonly axis?: number },
];

/**
 * Mean over `targetClassIds` of intersection over union: `tp / (tp + fp + fn)`.
 *
 * Options: `ignoreClass` (null), `sparseYTrue` and `sparseYPred` (true: classes as integers; false: scores along
 * `axis`, -1).
 *
 * @see Keras `metrics/iou_metrics.py`
 */
export const IoU: MetricConstructor<Arguments, IoU> = callable<
  typeof IoUMetric,
  MetricConstructor<Arguments, IoU>
>(IoUMetric);

import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { IoUBase, type IoUOptions } from "./iou-base.ts";
import type { MetricCall, MetricConstructor, NameAndDType } from "./metric.ts";

class OneHotIoUMetric extends IoUBase {
  static readonly className = "OneHotIoU";
  static override readonly parameters: ParameterTable = {
    numClasses: required,
    targetClassIds: required,
    name: null,
    dtype: null,
    ignoreClass: null,
    sparseYPred: false,
    axis: -1,
  };

  constructor(...args: readonly unknown[]) {
    super("OneHotIoU", {
      ...bindParameters<IoUOptions>("OneHotIoU", OneHotIoUMetric.parameters, args, []),
      sparseYTrue: false,
    });
  }
}

export interface OneHotIoU extends OneHotIoUMetric, MetricCall {}

type Arguments = [
  { readonly numClasses: number },
  { readonly targetClassIds: readonly number[] },
  ...NameAndDType,
  { readonly ignoreClass?: number | null },
  { readonly sparseYPred?: boolean },
  { readonly axis?: number },
];

/** Mean over `targetClassIds` of intersection over union, with one-hot labels. @see Keras `metrics/iou_metrics.py` */
export const OneHotIoU: MetricConstructor<Arguments, OneHotIoU> = callable<
  typeof OneHotIoUMetric,
  MetricConstructor<Arguments, OneHotIoU>
>(OneHotIoUMetric);

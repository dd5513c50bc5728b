import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { allClasses, IoUBase, type IoUOptions } from "./iou-base.ts";
import type { MetricCall, MetricConstructor, NameAndDType } from "./metric.ts";

class OneHotMeanIoUMetric extends IoUBase {
  static readonly className = "OneHotMeanIoU";
  static override readonly parameters: ParameterTable = {
    numClasses: required,
    name: null,
    dtype: null,
    ignoreClass: null,
    sparseYPred: false,
    axis: -1,
  };

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<IoUOptions>("OneHotMeanIoU", OneHotMeanIoUMetric.parameters, args, []);
    super("OneHotMeanIoU", { ...given, targetClassIds: allClasses(given.numClasses), sparseYTrue: false });
  }
}

export interface OneHotMeanIoU extends OneHotMeanIoUMetric, MetricCall {}

type Arguments = [
  { readonly numClasses: number },
  ...NameAndDType,
  { readonly ignoreClass?: number | null },
  { readonly sparseYPred?: boolean },
  { readonly axis?: number },
];

/** Mean over all classes of intersection over union, with one-hot labels. @see Keras `metrics/iou_metrics.py` */
export const OneHotMeanIoU: MetricConstructor<Arguments, OneHotMeanIoU> = callable<
  typeof OneHotMeanIoUMetric,
  MetricConstructor<Arguments, OneHotMeanIoU>
>(OneHotMeanIoUMetric);

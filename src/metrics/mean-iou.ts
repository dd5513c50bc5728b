import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { allClasses, IoUBase, type IoUOptions } from "./iou-base.ts";
import type { MetricCall, MetricConstructor, NameAndDType } from "./metric.ts";

class MeanIoUMetric extends IoUBase {
  static readonly className = "MeanIoU";
  static override readonly parameters: ParameterTable = {
    numClasses: required,
    name: null,
    dtype: null,
    ignoreClass: null,
    sparseYTrue: true,
    sparseYPred: true,
    axis: -1,
  };

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<IoUOptions>("MeanIoU", MeanIoUMetric.parameters, args, []);
    super("MeanIoU", { ...given, targetClassIds: allClasses(given.numClasses) });
  }
}

export interface MeanIoU extends MeanIoUMetric, MetricCall {}

type Arguments = [
  { readonly numClasses: number },
  ...NameAndDType,
  { readonly ignoreClass?: number | null },
  { readonly sparseYTrue?: boolean },
  { readonly sparseYPred?: boolean },
  { readonly axis?: number },
];

/** Mean over all classes of intersection over union; options as `IoU`. @see Keras `metrics/iou_metrics.py` */
export const MeanIoU: MetricConstructor<Arguments, MeanIoU> = callable<
  typeof MeanIoUMetric,
  MetricConstructor<Arguments, MeanIoU>
>(MeanIoUMetric);

import type { MetricBase } from "../metrics/metric.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import type { StepLogs } from "./trainable.ts";

/** A metric of targets and outputs takes in a batch. */
export function updateMetric(
  metric: MetricBase,
  yTrue: Tensor,
  yPred: Tensor,
  sampleWeight: Tensor | null,
): void {
  // SAFETY: a compiled metric takes targets, outputs and one object with weights.
  (metric.updateState as (...args: unknown[]) => void).call(metric, yTrue, yPred, { sampleWeight });
}

/** A metric's result: a tensor, or several by name. */
export function resultOf(metric: MetricBase): StepLogs[string] {
  return metric.result() as StepLogs[string]; // SAFETY: results are tensors or objects of them
}

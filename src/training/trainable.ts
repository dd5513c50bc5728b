import type { LayerBase } from "../graph/layer-base.ts";
import type { FunctionalStructure } from "./structure.ts";
import type { Tensor } from "../ops/core/tensor.ts";

/**
 * One batch, as a step gets it. Each is a tensor as a rule, and typed so; models with several inputs or outputs get them
 * nested as the data is. It can also be taken apart in order: `[x, y, sampleWeight]`.
 */
export interface StepData {
  readonly x: Tensor;
  readonly y?: Tensor | undefined;
  readonly sampleWeight?: Tensor | undefined;
}

/** What `computeLoss` and `computeMetrics` get. */
export interface LossArguments extends StepData {
  /** The model's outputs for `x`. */
  readonly yPred: Tensor;
  /** Default true. */
  readonly training?: boolean | undefined;
}

/** What a step gives: scalars by name, or tensors of metrics with several results. */
export type StepLogs = Readonly<Record<string, Tensor | Readonly<Record<string, Tensor>>>>;

/** What training needs of a model. */
export interface TrainableModel extends LayerBase {
  /** Inputs and outputs as the model was made with; null for one without a graph. */
  readonly graph: FunctionalStructure | null;
  trainStep(data: StepData): StepLogs;
  testStep(data: StepData): StepLogs;
  predictStep(data: StepData): unknown;
  computeLoss(args: LossArguments): Tensor;
  computeMetrics(args: LossArguments): StepLogs;
  resetMetrics(): void;
}

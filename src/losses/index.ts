export { Loss } from "./loss.ts";
export type { LossCallOptions, LossConstructor, LossOptions } from "./loss.ts";
export type { LossFunction } from "./define.ts";
export type { Reduction } from "./reduction.ts";
export { LossFunctionWrapper } from "./loss-function-wrapper.ts";
export { get } from "./registry.ts";
export type { LossIdentifier } from "./registry.ts";
export { MeanSquaredError, meanSquaredError } from "./mean-squared-error.ts";
export { SparseCategoricalCrossentropy, sparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";

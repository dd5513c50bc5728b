export { Loss } from "./loss.ts";
export type { LossCallOptions, LossConstructor, LossOptions } from "./loss.ts";
export type { LossFunction } from "./define.ts";
export type { Reduction } from "./reduction.ts";
export { LossFunctionWrapper } from "./loss-function-wrapper.ts";
export { get } from "./registry.ts";
export type { LossIdentifier } from "./choose.ts";
export { BinaryCrossentropy, binaryCrossentropy } from "./binary-crossentropy.ts";
export { BinaryFocalCrossentropy, binaryFocalCrossentropy } from "./binary-focal-crossentropy.ts";
export { CategoricalCrossentropy, categoricalCrossentropy } from "./categorical-crossentropy.ts";
export {
  CategoricalFocalCrossentropy,
  categoricalFocalCrossentropy,
} from "./categorical-focal-crossentropy.ts";
export {
  CategoricalGeneralizedCrossEntropy,
  categoricalGeneralizedCrossEntropy,
} from "./categorical-generalized-cross-entropy.ts";
export { CategoricalHinge, categoricalHinge } from "./categorical-hinge.ts";
export { Circle, circle } from "./circle.ts";
export { CosineSimilarity, cosineSimilarity } from "./cosine-similarity.ts";
export { CTC, ctc } from "./ctc.ts";
export { Dice, dice } from "./dice.ts";
export { Hinge, hinge } from "./hinge.ts";
export { Huber, huber } from "./huber.ts";
export { KLDivergence, klDivergence } from "./kl-divergence.ts";
export { LogCosh, logCosh } from "./log-cosh.ts";
export { MeanAbsoluteError, meanAbsoluteError } from "./mean-absolute-error.ts";
export {
  MeanAbsolutePercentageError,
  meanAbsolutePercentageError,
} from "./mean-absolute-percentage-error.ts";
export { MeanSquaredError, meanSquaredError } from "./mean-squared-error.ts";
export {
  MeanSquaredLogarithmicError,
  meanSquaredLogarithmicError,
} from "./mean-squared-logarithmic-error.ts";
export { Poisson, poisson } from "./poisson.ts";
export {
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from "./sparse-categorical-crossentropy.ts";
export { SquaredHinge, squaredHinge } from "./squared-hinge.ts";
export { Tversky, tversky } from "./tversky.ts";

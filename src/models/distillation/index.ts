/** Training a small model by a larger one: Keras's `distillation` namespace. */
export { DistillationLoss, type DistillationLossConstructor, type Outputs } from "./distillation-loss.ts";
export { Distiller, type DistillerOptions } from "./distiller.ts";
export { FeatureDistillation, type FeatureDistillationOptions } from "./feature-distillation.ts";
export { LogitsDistillation, type LogitsDistillationOptions } from "./logits-distillation.ts";

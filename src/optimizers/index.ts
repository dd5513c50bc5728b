import * as schedules from "./schedules/index.ts";

export { schedules };
export { Optimizer } from "./optimizer.ts";
export type { Gradient, OptimizerConstructor } from "./optimizer.ts";
export type { LearningRate } from "./learning-rate.ts";
export type { OptimizerOptions } from "./options.ts";
export { get } from "./registry.ts";
export type { OptimizerIdentifier } from "./registry.ts";
export { Adam } from "./adam.ts";
export { RMSprop } from "./rmsprop.ts";
export { SGD } from "./sgd.ts";

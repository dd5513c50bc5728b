import { Variable } from "../graph/variable.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { AntlerError } from "../util/errors.ts";
import type { CallbackModel } from "./callback.ts";
import type { Logs } from "./logs.ts";

/** The optimizer whose rate is changed, or all of those that a `MultiOptimizer` is made of. */
export function optimizersOf(where: string, { optimizer, name }: CallbackModel): readonly Optimizer[] {
  if (optimizer === null)
    throw new AntlerError(`${where}: the model ${name} is compiled without an optimizer.`);
  return innerOf(optimizer) ?? [optimizer];
}

function innerOf(optimizer: Optimizer): readonly Optimizer[] | null {
  const { optimizers } = optimizer as { readonly optimizers?: readonly Optimizer[] }; // SAFETY: only a MultiOptimizer has them
  return optimizers ?? null;
}

/** The present learning rate. */
export function rateOf({ learningRate }: Optimizer): number {
  return (learningRate instanceof Variable ? learningRate.value : learningRate).item();
}

/** Adds the learning rates to the logs. */
export function logRates(where: string, model: CallbackModel, logs: Logs): void {
  const optimizers = optimizersOf(where, model);
  const isMulti = model.optimizer !== null && innerOf(model.optimizer) !== null;
  for (const optimizer of optimizers)
    logs[isMulti ? `learning_rate_${optimizer.name}` : "learning_rate"] = rateOf(optimizer);
}

import type { Variable } from "../../graph/variable.ts";
import { fromNumbers, toNumbers } from "../../ir/numbers.ts";
import { sameShape } from "../../ir/shape.ts";
import type { ModelClass } from "../../models/model.ts";
import type { OptimizerBase } from "../../optimizers/optimizer.ts";
import { warnOnce } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import type { ReadOptions } from "../keras-file.ts";
import { compileAs } from "../legacy/training-config.ts";
import { optimizerOf } from "../saveables.ts";
import type { StoredWeight } from "./manifest.ts";
import { slotsOf } from "./optimizer-slots.ts";

/**
 * Compiles a model as TensorFlow.js did, and restores the state of the optimizer. Where today's classes have no equal, the
 * model stays as it is, with a warning: weights and predictions do not depend on it.
 *
 * @param names - The model's variables by the names of their weights in the file, in the file's order.
 */
export function restoreTraining(
  model: ModelClass,
  training: unknown,
  state: readonly StoredWeight[],
  names: ReadonlyMap<string, Variable>,
  options: ReadOptions,
): void {
  if (!compileAs(model, modernizeTraining(training), options) || state.length === 0) return;
  const optimizer = optimizerOf(model);
  if (optimizer !== null && !restoreState(optimizer, state, names))
    warnOnce(
      `${model.name}: the optimizer's state in the file does not fit ${optimizer.name}; it starts afresh.`,
    );
}

/** Options of optimizers under Keras's names. */
const optionNames: Readonly<Record<string, string>> = {
  learningRate: "learning_rate",
  beta1: "beta_1",
  beta2: "beta_2",
  useNesterov: "nesterov",
  initialAccumulatorValue: "initial_accumulator_value",
};

/** Losses and metrics under Keras 3's names. */
const functionNames: Readonly<Record<string, string>> = {
  logcosh: "log_cosh",
  kullback_leibler_divergence: "kl_divergence",
  cosine_proximity: "cosine_similarity",
  cosine: "cosine_similarity",
  MSE: "mse",
  MAE: "mae",
  MAPE: "mape",
};

/** A `trainingConfig` in the form of Keras 2, as the converter writes it from the start. */
function modernizeTraining(training: unknown): unknown {
  if (!isPlainObject(training)) return training;
  const { optimizer_config: optimizer, loss, metrics } = training;
  return {
    ...training,
    loss: renameFunctions(loss),
    metrics: isEmpty(metrics) ? null : renameFunctions(metrics),
    optimizer_config: modernizeOptimizer(optimizer),
  };
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function renameFunctions(value: unknown): unknown {
  if (typeof value === "string") return functionNames[value] ?? value;
  if (Array.isArray(value)) return value.map(renameFunctions);
  if (!isPlainObject(value) || "class_name" in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, renameFunctions(child)]));
}

function modernizeOptimizer(optimizer: unknown): unknown {
  if (!isPlainObject(optimizer) || !isPlainObject(optimizer["config"])) return optimizer;
  const { class_name: className } = optimizer;
  const config = Object.fromEntries(
    Object.entries(optimizer["config"]).map(([key, value]) => [optionNames[key] ?? key, value]),
  );
  if (className === "Momentum") return { class_name: "SGD", config };
  if (className !== "RMSProp") return { ...optimizer, config };
  const { decay: rho, ...rest } = config;
  return { class_name: "RMSprop", config: { rho, ...rest } };
}

/** Sets the counter and all slots, or, when one does not fit, none. */
function restoreState(
  optimizer: OptimizerBase,
  state: readonly StoredWeight[],
  names: ReadonlyMap<string, Variable>,
): boolean {
  const weights = [...names].filter(([, variable]) => optimizer.trainableVariables.includes(variable));
  const slots = slotsOf(optimizer);
  const counter = state.find(({ name }) => name === "iter");
  if (slots === null || counter?.data.length !== 1 || weights.length !== optimizer.trainableVariables.length)
    return false;
  const values: { readonly target: Variable; readonly numbers: ArrayLike<number> }[] = [];
  for (const { suffix, factor, of } of slots) {
    const stored = state.filter(({ name }) => name.endsWith(`/${suffix}`));
    for (const [i, [name, variable]] of weights.entries()) {
      const weight = stored.find((one) => one.name === `${name}/${suffix}`) ?? stored[i];
      const target = of(variable);
      if (weight === undefined || target === undefined || !sameShape(weight.shape, target.shape))
        return false;
      const numbers = toNumbers(weight.data, weight.dtype);
      values.push({
        target,
        numbers: factor === 1 ? numbers : Array.from(numbers, (number) => number * factor),
      });
    }
  }
  const { steps } = optimizer;
  steps.assignData(fromNumbers(toNumbers(counter.data, counter.dtype), steps.dtype));
  for (const { target, numbers } of values) target.assignData(fromNumbers(numbers, target.dtype));
  return true;
}

import type { ModelClass } from "../../models/model.ts";
import { warnOnce } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import { type Json, serializeConfig } from "../serialize.ts";

type Config = Readonly<Record<string, Json | undefined>>;

/**
 * How a model was compiled, in the form of TensorFlow.js; null when it was not, or, with a warning, when TensorFlow.js lacks
 * the optimizer or a loss. Weights and predictions do not depend on it.
 *
 * @see TensorFlow.js `tfjs-layers/src/engine/training.ts`, `getTrainingConfig`
 */
export function writeTraining(model: ModelClass): Json {
  const compiled = model.getCompileConfig();
  if (compiled === null) return null;
  const config = serializeConfig(compiled);
  const lacking: string[] = [];
  const optimizer = writeOptimizer(config["optimizer"] ?? null);
  if (optimizer === null) lacking.push(`the optimizer ${nameOf(config["optimizer"])}`);
  const loss = rename(config["loss"] ?? null, losses, (name) => lacking.push(`the loss ${name}`));
  if (isWeighted(config["loss_weights"])) lacking.push("loss weights");
  if (lacking.length > 0 || loss === null) {
    warnOnce(
      `${model.where}: saved without how it was compiled, since TensorFlow.js lacks ${lacking.join(", ") || "models without a loss"}.`,
    );
    return null;
  }
  const left: string[] = [];
  const metrics = rename(config["metrics"] ?? null, metricNames, (name) => left.push(name)) ?? [];
  if (isWeighted(config["weighted_metrics"])) left.push("weighted metrics");
  if (left.length > 0)
    warnOnce(
      `${model.where}: saved without ${left.join(", ")}, which TensorFlow.js does not load as metrics.`,
    );
  return { loss, metrics: withoutNull(metrics), optimizer_config: optimizer };
}

function isWeighted(value: Json | undefined): boolean {
  return value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function nameOf(value: unknown): string {
  const name = isPlainObject(value) ? value["class_name"] : value;
  return typeof name === "string" ? name : JSON.stringify(value);
}

/** Losses by Keras's names, under those of TensorFlow.js. */
const losses: Readonly<Record<string, string>> = {
  mse: "mean_squared_error",
  mean_squared_error: "mean_squared_error",
  mae: "mean_absolute_error",
  mean_absolute_error: "mean_absolute_error",
  mape: "mean_absolute_percentage_error",
  mean_absolute_percentage_error: "mean_absolute_percentage_error",
  msle: "mean_squared_logarithmic_error",
  mean_squared_logarithmic_error: "mean_squared_logarithmic_error",
  squared_hinge: "squared_hinge",
  hinge: "hinge",
  categorical_hinge: "categorical_hinge",
  log_cosh: "logcosh",
  logcosh: "logcosh",
  categorical_crossentropy: "categorical_crossentropy",
  sparse_categorical_crossentropy: "sparse_categorical_crossentropy",
  binary_crossentropy: "binary_crossentropy",
  kl_divergence: "kullback_leibler_divergence",
  kullback_leibler_divergence: "kullback_leibler_divergence",
  poisson: "poisson",
  cosine_similarity: "cosine_proximity",
};

const metricNames: Readonly<Record<string, string>> = {
  accuracy: "accuracy",
  acc: "acc",
  binary_accuracy: "binary_accuracy",
  categorical_accuracy: "categorical_accuracy",
  categorical_crossentropy: "categorical_crossentropy",
  sparse_categorical_crossentropy: "sparse_categorical_crossentropy",
  mse: "mse",
  mean_squared_error: "mse",
  mae: "mae",
  mean_absolute_error: "mae",
  mape: "mape",
  mean_absolute_percentage_error: "mape",
};

/** Renames functions in a list or an object of them; those that are unknown become null. */
function rename(
  value: Json,
  names: Readonly<Record<string, string>>,
  onUnknown: (name: string) => void,
): Json {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((one: Json) => rename(one, names, onUnknown));
  if (typeof value === "string" && Object.hasOwn(names, value)) return names[value] ?? null;
  if (isPlainObject(value) && !("class_name" in value))
    return Object.fromEntries(
      Object.entries(value).map(([key, one]): [string, Json] => [key, rename(one as Json, names, onUnknown)]), // SAFETY: JSON of JSON
    );
  onUnknown(nameOf(value));
  return null;
}

function withoutNull(value: Json): Json {
  if (Array.isArray(value)) return value.filter((one) => one !== null);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null)) as Json; // SAFETY: JSON of JSON
}

/** Options of every optimizer that TensorFlow.js lacks, and the values at which they do nothing. */
const idle: Readonly<Record<string, unknown>> = {
  weight_decay: null,
  clipnorm: null,
  global_clipnorm: null,
  clipvalue: null,
  use_ema: false,
  loss_scale_factor: null,
  gradient_accumulation_steps: null,
  amsgrad: false,
};

function writeOptimizer(value: Json): Json {
  const { class_name: className, config } = isPlainObject(value) ? value : {};
  if (typeof className !== "string" || !isPlainObject(config)) return null;
  const isPlain = Object.entries(idle).every(([key, still]) => (config[key] ?? still) === still);
  const options =
    isPlain && typeof config["learning_rate"] === "number" ? optionsOf(className, config as Config) : null; // SAFETY: JSON
  return options === null ? null : { class_name: options.className, config: options.config };
}

interface OptimizerOptions {
  readonly className: string;
  readonly config: { readonly [key: string]: Json };
}

/** Adadelta has the same name there, and divides by the average before the step. */
function optionsOf(className: string, config: Config): OptimizerOptions | null {
  const {
    learning_rate: rate = null,
    beta_1: beta1 = null,
    beta_2: beta2 = null,
    epsilon = null,
    momentum = null,
  } = config;
  const learningRate = rate;
  switch (className) {
    case "SGD":
      return momentum === 0
        ? { className, config: { learningRate } }
        : {
            className: "Momentum",
            config: { learningRate, momentum, useNesterov: config["nesterov"] ?? false },
          };
    case "Adam":
      return { className, config: { learningRate, beta1, beta2, epsilon } };
    case "Adamax":
      return { className, config: { learningRate, beta1, beta2, epsilon, decay: 0 } };
    case "Adagrad":
      return {
        className,
        config: { learningRate, initialAccumulatorValue: config["initial_accumulator_value"] ?? 0.1 },
      };
    case "RMSprop": {
      const { rho: decay = 0.9, centered = false } = config;
      return { className: "RMSProp", config: { learningRate, decay, momentum, epsilon, centered } };
    }
    default:
      return null;
  }
}

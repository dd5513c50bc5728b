import type { Hdf5Group } from "../../codec/hdf5/index.ts";
import type { ModelClass } from "../../models/model.ts";
import { AntlerError, warnOnce } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import { inside, rootContext } from "../context.ts";
import { deserializeObject } from "../deserialize.ts";
import type { ReadOptions } from "../keras-file.ts";
import { camelCase } from "../names.ts";
import { restoreOptimizer } from "./optimizer-state.ts";

/** Optimizer options that no longer exist. */
const dropped: ReadonlySet<string> = new Set([
  "decay",
  "jit_compile",
  "is_legacy_optimizer",
  "schedule_decay",
]);

/**
 * Compiles a model as an old file says. Where today's classes have no equal, the model stays as it is, with a warning:
 * weights and predictions do not depend on it.
 */
export function compileFromTraining(
  model: ModelClass,
  config: unknown,
  file: Hdf5Group,
  version: string,
  options: ReadOptions,
): void {
  if (compileAs(model, config, options)) restoreOptimizer(model, file, version);
}

/** Compiles a model as an old `training_config` says; false, with a warning, where that cannot be. */
export function compileAs(model: ModelClass, config: unknown, { customObjects }: ReadOptions): boolean {
  if (!isPlainObject(config)) return false;
  const context = rootContext({ customObjects }, "training_config");
  try {
    const {
      optimizer_config: optimizer,
      loss,
      metrics,
      weighted_metrics: weightedMetrics,
      loss_weights: lossWeights,
    } = config;
    model.compileFromConfig({
      optimizer: readOptimizer(optimizer, context),
      loss: deserializeObject(modern(loss, "keras.losses"), inside(context, "loss")),
      metrics: listed(readMetrics(metrics)),
      weightedMetrics: listed(readMetrics(weightedMetrics)),
      lossWeights: lossWeights ?? null,
    });
  } catch (error) {
    if (!(error instanceof AntlerError)) throw error;
    warnOnce(`${model.name}: not compiled as it was (${error.message}). Call compile() before training on.`);
    return false;
  }
  return true;
}

function readOptimizer(value: unknown, context: ReturnType<typeof rootContext>): unknown {
  if (!isPlainObject(value)) return value;
  const { config, class_name: className } = value;
  if (!isPlainObject(config)) return "rmsprop";
  const kept = Object.entries(config).filter(([key]) => !dropped.has(key));
  const settings = Object.fromEntries(
    kept.map(([key, item]) => [key === "lr" ? "learning_rate" : key, item]),
  );
  const name = String(className).split(">").at(-1);
  return deserializeObject(
    { module: "keras.optimizers", class_name: name, config: settings, registered_name: null },
    inside(context, camelCase("optimizer")),
  );
}

/** `{ class_name, config }` without a module, nested. */
function modern(value: unknown, module: string): unknown {
  if (Array.isArray(value)) return value.map((item) => modern(item, module));
  if (!isPlainObject(value)) return value ?? null;
  if (typeof value["class_name"] === "string") {
    const { config } = value;
    if (!isPlainObject(config)) return { module, registered_name: null, ...value };
    // tf.keras wrote the function behind a loss beside the loss's own options, and a reduction that it chose itself.
    const { fn: _, reduction, ...rest } = config;
    const kept = reduction === undefined || reduction === "auto" ? rest : { ...rest, reduction };
    return { module, registered_name: null, ...value, config: kept };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, modern(item, module)]));
}

/** Metrics by the names of their functions, which old files wrap in classes of their own. */
function readMetrics(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) {
    const read = value.map(readMetrics);
    return read.length === 1 && Array.isArray(read[0]) ? read[0] : read;
  }
  if (!isPlainObject(value)) return value;
  const { class_name: className, config } = value;
  if (typeof className !== "string")
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readMetrics(item)]));
  if (isPlainObject(config) && typeof config["name"] === "string" && className.includes("Wrapper"))
    return config["name"];
  return className;
}

/** A single metric stands for a list of one. */
function listed(metrics: unknown): unknown {
  return typeof metrics === "string" ? [metrics] : metrics;
}

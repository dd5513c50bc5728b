import { findNode, type Hdf5Group, stringsAttribute } from "../../codec/hdf5/index.ts";
import { fromNumbers, toNumbers } from "../../ir/numbers.ts";
import { sameShape } from "../../ir/shape.ts";
import type { ModelClass } from "../../models/model.ts";
import { AntlerError, warnOnce } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import { inside, rootContext } from "../context.ts";
import { deserializeObject } from "../deserialize.ts";
import type { ReadOptions } from "../keras-file.ts";
import { camelCase } from "../names.ts";

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
  { customObjects }: ReadOptions,
): void {
  if (!isPlainObject(config)) return;
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
    return;
  }
  restoreSlots(model, file);
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
  if (typeof value["class_name"] === "string") return { module, registered_name: null, ...value };
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

/** Slots of the optimizer where the file has as many, of the same shapes, in the same order. */
function restoreSlots(model: ModelClass, file: Hdf5Group): void {
  const group = findNode(file, "optimizer_weights");
  const { optimizer } = model;
  if (group?.kind !== "group" || optimizer === null) return;
  const names = stringsAttribute(group, "weight_names") ?? [];
  const values = names.flatMap((name) => {
    const node = findNode(group, name);
    const value = node?.kind === "dataset" ? node.read() : null;
    return value === null || value.dtype === "string" || value.dtype === "opaque" ? [] : [value];
  });
  const [iterations, ...slots] = values;
  const targets = optimizer.variables.slice(2);
  const ordered = names.some((name) => /\/(?:m|v):\d+$/.test(name)) ? interleave(slots) : slots;
  const withoutRate = ordered.length === targets.length + 1 ? ordered.slice(1) : ordered;
  const fits =
    iterations?.data.length === 1 &&
    withoutRate.length === targets.length &&
    targets.every(({ shape }, i) => sameShape(shape, withoutRate[i]?.shape ?? []));
  if (iterations === undefined || !fits) {
    warnOnce(
      `${model.name}: the optimizer's state in the file does not fit ${optimizer.name}; it starts afresh.`,
    );
    return;
  }
  const convert = (
    value: (typeof values)[number],
    dtype: Parameters<typeof fromNumbers>[1],
  ): ReturnType<typeof fromNumbers> => fromNumbers(toNumbers(value.data, value.dtype), dtype);
  const counter = optimizer.variables[0];
  counter?.assignData(convert(iterations, counter.dtype));
  targets.forEach((variable, i) => {
    const value = withoutRate[i];
    if (value !== undefined) variable.assignData(convert(value, variable.dtype));
  });
}

/** All first moments, then all second ones, as pairs. */
function interleave<T>(slots: readonly T[]): T[] {
  const half = slots.length / 2;
  return slots.slice(0, half).flatMap((slot, i) => [slot, ...slots.slice(half + i, half + i + 1)]);
}

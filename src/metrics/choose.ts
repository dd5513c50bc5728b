import { kindOfTarget, type LossIdentifier, nameOf } from "../losses/choose.ts";
import { toSnakeCase } from "../graph/naming.ts";
import { OptionError } from "../util/errors.ts";
import { Accuracy } from "./accuracy.ts";
import { BinaryAccuracy } from "./binary-accuracy.ts";
import { BinaryCrossentropy } from "./binary-crossentropy.ts";
import { CategoricalAccuracy } from "./categorical-accuracy.ts";
import { CategoricalCrossentropy } from "./categorical-crossentropy.ts";
import { MeanAbsoluteError } from "./mean-absolute-error.ts";
import { MeanMetricWrapper } from "./mean-metric-wrapper.ts";
import { MeanSquaredError } from "./mean-squared-error.ts";
import { MetricBase, type MetricConstructor } from "./metric.ts";
import { SparseCategoricalAccuracy } from "./sparse-categorical-accuracy.ts";
import { SparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";
import type { MetricFunction } from "./wrapper-base.ts";

/** A name, a metric, or a function of truth and predictions. */
export type MetricIdentifier = string | MetricBase | MetricFunction;

/** What a name stands for. */
export type MetricLookup = (name: string) => MetricBase | MetricFunction;

/** Metrics that are at hand without loading the others: what most models are compiled with. */
const common: readonly MetricConstructor<never, MetricBase>[] = [
  Accuracy,
  BinaryAccuracy,
  BinaryCrossentropy,
  CategoricalAccuracy,
  CategoricalCrossentropy,
  MeanAbsoluteError,
  MeanSquaredError,
  SparseCategoricalAccuracy,
  SparseCategoricalCrossentropy,
];

const aliases: Readonly<Record<string, string>> = { mse: "MeanSquaredError", mae: "MeanAbsoluteError" };

function commonClass(name: string): MetricConstructor<never, MetricBase> | undefined {
  const wanted = Object.hasOwn(aliases, name) ? aliases[name] : name;
  return common.find(({ className }) => className === wanted || toSnakeCase(className) === wanted);
}

/** Whether the metric of a name is at hand; the others `metrics.get` knows. */
export function isCommonMetric(name: string): boolean {
  return commonClass(name) !== undefined;
}

/** The common metric of a name, newly made; null for other names. */
export function commonMetric(name: string): MetricBase | null {
  const cls = commonClass(name);
  return cls === undefined ? null : (Reflect.construct(cls, []) as MetricBase); // SAFETY: the classes make metrics
}

/** Whether the name leaves the kind of accuracy or crossentropy to the shapes. */
export function isMetricChoice(name: string): boolean {
  return ["accuracy", "acc", "crossentropy", "ce"].includes(name.toLowerCase());
}

/** Whether it is a class of metrics, given in place of one of its objects. */
function isMetricClass(value: unknown): value is MetricConstructor<never, MetricBase> {
  return typeof value === "function" && "prototype" in value && value.prototype instanceof MetricBase;
}

/** The metric an identifier stands for; metrics and functions are themselves. */
export function getWith(identifier: MetricIdentifier, lookup: MetricLookup): MetricBase | MetricFunction {
  if (isMetricClass(identifier)) return Reflect.construct(identifier, []) as MetricBase; // SAFETY: a metric's class makes metrics
  if (typeof identifier === "function") return identifier;
  if (typeof identifier === "string") return lookup(identifier);
  throw new OptionError(
    `metrics.get: expected a name, a function or a metric, received ${JSON.stringify(identifier)}.`,
  );
}

const accuracies = {
  binary: "BinaryAccuracy",
  sparse: "SparseCategoricalAccuracy",
  categorical: "CategoricalAccuracy",
} as const;

const crossentropies = {
  binary: "BinaryCrossentropy",
  sparse: "SparseCategoricalCrossentropy",
  categorical: "CategoricalCrossentropy",
} as const;

/**
 * The metric that `compile` makes of an identifier, for the shapes of truth and predictions: `"accuracy"` and `"acc"`
 * (`"crossentropy"` and `"ce"`) become the one that fits; a function becomes its mean. A string is also the name.
 * `lookup` knows what names stand for.
 *
 * @see Keras `trainers/compile_utils.py` `get_metric`
 */
export function resolveMetric(
  identifier: MetricIdentifier | LossIdentifier,
  yTrue: readonly (number | null)[],
  yPred: readonly (number | null)[],
  lookup: MetricLookup,
): MetricBase {
  const found = getWith(classFor(identifier, yTrue, yPred) as MetricIdentifier, lookup); // SAFETY: a loss object is a function of truth and predictions too
  const name =
    typeof identifier === "string" ? identifier : found instanceof MetricBase ? found.name : nameOf(found);
  const metric = found instanceof MetricBase ? found : MeanMetricWrapper(found, { name });
  metric.name = name;
  return metric;
}

function classFor(
  identifier: MetricIdentifier | LossIdentifier,
  yTrue: readonly (number | null)[],
  yPred: readonly (number | null)[],
): MetricIdentifier | LossIdentifier {
  if (identifier === null || typeof identifier === "function") return identifier;
  if (typeof identifier !== "string") {
    throw new OptionError(
      `metrics.get: expected a name, a function or a metric, received ${JSON.stringify(identifier)}.`,
    );
  }
  const word = identifier.toLowerCase();
  if (word === "accuracy" || word === "acc") return accuracies[kindOfTarget(yTrue, yPred)];
  if (word === "crossentropy" || word === "ce") return crossentropies[kindOfTarget(yTrue, yPred)];
  return identifier;
}

import { kindOfTarget, type LossIdentifier, nameOf } from "../losses/registry.ts";
import { toSnakeCase } from "../graph/naming.ts";
import { OptionError } from "../util/errors.ts";
import { nearest } from "../util/options.ts";
import { MeanMetricWrapper } from "./mean-metric-wrapper.ts";
import type { MetricFunction } from "./wrapper-base.ts";
import { MetricBase, type MetricConstructor } from "./metric.ts";
import { Accuracy } from "./accuracy.ts";
import { AUC } from "./auc.ts";
import { BinaryAccuracy } from "./binary-accuracy.ts";
import { BinaryCrossentropy } from "./binary-crossentropy.ts";
import { BinaryIoU } from "./binary-iou.ts";
import { CategoricalAccuracy } from "./categorical-accuracy.ts";
import { CategoricalCrossentropy } from "./categorical-crossentropy.ts";
import { CategoricalHinge } from "./categorical-hinge.ts";
import { ConcordanceCorrelation } from "./concordance-correlation.ts";
import { CosineSimilarity } from "./cosine-similarity.ts";
import { F1Score } from "./f1-score.ts";
import { FalseNegatives } from "./false-negatives.ts";
import { FalsePositives } from "./false-positives.ts";
import { FBetaScore } from "./fbeta-score.ts";
import { Hinge } from "./hinge.ts";
import { IoU } from "./iou.ts";
import { KLDivergence } from "./kl-divergence.ts";
import { LogCoshError } from "./log-cosh-error.ts";
import { MeanAbsoluteError } from "./mean-absolute-error.ts";
import { MeanAbsolutePercentageError } from "./mean-absolute-percentage-error.ts";
import { MeanIoU } from "./mean-iou.ts";
import { MeanSquaredError } from "./mean-squared-error.ts";
import { MeanSquaredLogarithmicError } from "./mean-squared-logarithmic-error.ts";
import { Mean } from "./mean.ts";
import { OneHotIoU } from "./one-hot-iou.ts";
import { OneHotMeanIoU } from "./one-hot-mean-iou.ts";
import { PearsonCorrelation } from "./pearson-correlation.ts";
import { Poisson } from "./poisson.ts";
import { PrecisionAtRecall } from "./precision-at-recall.ts";
import { Precision } from "./precision.ts";
import { R2Score } from "./r2-score.ts";
import { RecallAtPrecision } from "./recall-at-precision.ts";
import { Recall } from "./recall.ts";
import { RootMeanSquaredError } from "./root-mean-squared-error.ts";
import { SensitivityAtSpecificity } from "./sensitivity-at-specificity.ts";
import { SparseCategoricalAccuracy } from "./sparse-categorical-accuracy.ts";
import { SparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";
import { SparseTopKCategoricalAccuracy } from "./sparse-top-k-categorical-accuracy.ts";
import { SpecificityAtSensitivity } from "./specificity-at-sensitivity.ts";
import { SquaredHinge } from "./squared-hinge.ts";
import { Sum } from "./sum.ts";
import { TopKCategoricalAccuracy } from "./top-k-categorical-accuracy.ts";
import { TrueNegatives } from "./true-negatives.ts";
import { TruePositives } from "./true-positives.ts";

/** Built-in metrics. */
const classes: readonly MetricConstructor<never, MetricBase>[] = [
  Accuracy,
  AUC,
  BinaryAccuracy,
  BinaryCrossentropy,
  BinaryIoU,
  CategoricalAccuracy,
  CategoricalCrossentropy,
  CategoricalHinge,
  ConcordanceCorrelation,
  CosineSimilarity,
  F1Score,
  FalseNegatives,
  FalsePositives,
  FBetaScore,
  Hinge,
  IoU,
  KLDivergence,
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanIoU,
  MeanMetricWrapper,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Mean,
  OneHotIoU,
  OneHotMeanIoU,
  PearsonCorrelation,
  Poisson,
  PrecisionAtRecall,
  Precision,
  R2Score,
  RecallAtPrecision,
  Recall,
  RootMeanSquaredError,
  SensitivityAtSpecificity,
  SparseCategoricalAccuracy,
  SparseCategoricalCrossentropy,
  SparseTopKCategoricalAccuracy,
  SpecificityAtSensitivity,
  SquaredHinge,
  Sum,
  TopKCategoricalAccuracy,
  TrueNegatives,
  TruePositives,
];

/** Short names, also in capitals, and the classes they stand for. */
const aliases: Readonly<Record<string, string>> = {
  bce: "BinaryCrossentropy",
  mse: "MeanSquaredError",
  mae: "MeanAbsoluteError",
  mape: "MeanAbsolutePercentageError",
  msle: "MeanSquaredLogarithmicError",
};

/** The classes by name, for reading files. */
export const metricClasses: ReadonlyMap<string, MetricConstructor<never, MetricBase>> = new Map(
  classes.map((cls) => [cls.className, cls]),
);

const byIdentifier: ReadonlyMap<string, MetricConstructor<never, MetricBase>> = new Map(
  classes.flatMap((cls) => [
    [cls.className, cls],
    [toSnakeCase(cls.className), cls],
  ]),
);

/** Whether it is a class of metrics, given in place of one of its objects. */
function isMetricClass(value: unknown): value is MetricConstructor<never, MetricBase> {
  return typeof value === "function" && "prototype" in value && value.prototype instanceof MetricBase;
}

/** A name, a metric, or a function of truth and predictions. */
export type MetricIdentifier = string | MetricBase | MetricFunction;

/**
 * The metric an identifier stands for: `"mse"`, `"mean_squared_error"`, `"MeanSquaredError"`; metrics and functions
 * are themselves.
 *
 * @throws {OptionError} for an unknown name.
 */
export function get(identifier: MetricIdentifier): MetricBase | MetricFunction;
export function get(identifier: MetricIdentifier | null): MetricBase | MetricFunction | null;
export function get(identifier: MetricIdentifier | null): MetricBase | MetricFunction | null {
  if (isMetricClass(identifier)) return Reflect.construct(identifier, []) as MetricBase; // SAFETY: a metric's class makes metrics
  if (identifier === null || typeof identifier === "function") return identifier;
  if (typeof identifier !== "string") {
    throw new OptionError(
      `metrics.get: expected a name, a function or a metric, received ${JSON.stringify(identifier)}.`,
    );
  }
  const alias =
    aliases[identifier] ??
    (identifier === identifier.toUpperCase() ? aliases[identifier.toLowerCase()] : undefined);
  const cls = byIdentifier.get(alias ?? identifier);
  if (cls !== undefined) return Reflect.construct(cls, []) as MetricBase; // SAFETY: the classes make metrics
  const known = [...byIdentifier.keys(), ...Object.keys(aliases)];
  const guess = nearest(identifier, known);
  throw new OptionError(
    `metrics.get: unknown metric "${identifier}".${guess === undefined ? "" : ` Did you mean "${guess}"?`} Known: ${known.join(", ")}.`,
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
 *
 * @see Keras `trainers/compile_utils.py` `get_metric`
 */
export function resolveMetric(
  identifier: MetricIdentifier | LossIdentifier,
  yTrue: readonly (number | null)[],
  yPred: readonly (number | null)[],
): MetricBase {
  const found = get(classFor(identifier, yTrue, yPred) as MetricIdentifier); // SAFETY: a loss object is a function of truth and predictions too
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

import { toSnakeCase } from "../graph/naming.ts";
import { OptionError } from "../util/errors.ts";
import { didYouMean } from "../util/options.ts";
import { MeanMetricWrapper } from "./mean-metric-wrapper.ts";
import { getWith, type MetricIdentifier } from "./choose.ts";
import type { MetricBase, MetricConstructor } from "./metric.ts";
import type { MetricFunction } from "./wrapper-base.ts";
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

const byIdentifier: ReadonlyMap<string, MetricConstructor<never, MetricBase>> = new Map(
  classes.flatMap((cls) => [
    [cls.className, cls],
    [toSnakeCase(cls.className), cls],
  ]),
);

/**
 * The metric an identifier stands for: `"mse"`, `"mean_squared_error"`, `"MeanSquaredError"`; metrics and functions
 * are themselves.
 *
 * @throws {OptionError} for an unknown name.
 */
export function get(identifier: MetricIdentifier): MetricBase | MetricFunction;
export function get(identifier: MetricIdentifier | null): MetricBase | MetricFunction | null;
export function get(identifier: MetricIdentifier | null): MetricBase | MetricFunction | null {
  return identifier === null ? null : getWith(identifier, named);
}

function named(name: string): MetricBase {
  const alias = aliases[name] ?? (name === name.toUpperCase() ? aliases[name.toLowerCase()] : undefined);
  const cls = byIdentifier.get(alias ?? name);
  if (cls !== undefined) return Reflect.construct(cls, []) as MetricBase; // SAFETY: the classes make metrics
  const known = [...byIdentifier.keys(), ...Object.keys(aliases)];
  throw new OptionError(
    `metrics.get: unknown metric "${name}".${didYouMean(name, known)} Known: ${known.join(", ")}.`,
  );
}

import { formatShape } from "../ir/shape.ts";
import type { Variable } from "../graph/variable.ts";
import { toDType } from "../losses/loss.ts";
import { toSameRank } from "../losses/same-rank.ts";
import { add, maximum, multiply, subtract } from "../ops/arithmetic.ts";
import { greater, less } from "../ops/comparison.ts";
import { makeTensor } from "../ops/core/convert.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { cumsum } from "../ops/cumulative.ts";
import { inDType } from "../ops/in-dtype.ts";
import { oneHot, where } from "../ops/indexing.ts";
import { take } from "../ops/taking.ts";
import { flip } from "../ops/rearranging.ts";
import { sum } from "../ops/reductions.ts";
import { segmentSum } from "../ops/segment.ts";
import { broadcastTo, expandDims, reshape } from "../ops/shape.ts";
import { topK as largest } from "../ops/sorting.ts";
import { ceil, clip } from "../ops/unary-math.ts";
import { epsilon } from "../util/epsilon.ts";
import { OptionError, ShapeError } from "../util/errors.ts";

/** Below every prediction. */
export const belowAll = -1e10;

/** Counts at each threshold: `[thresholds]`, with several labels `[thresholds, labels]`; each kept where wanted. */
export interface ConfusionCounts {
  readonly truePositives?: Variable;
  readonly falsePositives?: Variable;
  readonly trueNegatives?: Variable;
  readonly falseNegatives?: Variable;
}

export interface ConfusionOptions {
  readonly thresholds: readonly number[];
  readonly sampleWeight?: Operand | null;
  /** Only the largest predictions count as positive. */
  readonly topK?: number | null;
  /** Only this class counts. */
  readonly classId?: number | null;
  /** Whether each label has counts of its own. */
  readonly multiLabel?: boolean;
  readonly labelWeights?: Tensor | null;
}

/** Whether thresholds are `0, 1/(n−1), …, 1`. */
export function areEven(thresholds: readonly number[]): boolean {
  const n = thresholds.length;
  return (
    n >= 3 &&
    thresholds.every((threshold, i) => Math.abs(threshold - i / (n - 1)) <= epsilon() + (1e-5 * i) / (n - 1))
  );
}

/** A threshold or a list of them, or the fallback. */
export function thresholdsOf(
  where: string,
  given: number | readonly number[] | null,
  fallback: number,
): readonly number[] {
  if (given === null) return [fallback];
  const list = typeof given === "number" ? [given] : given;
  const wrong = list.find((threshold) => !(threshold >= 0 && threshold <= 1));
  if (list.length === 0 || wrong !== undefined) {
    throw new OptionError(`${where}: expected \`thresholds\` in [0, 1], received ${JSON.stringify(given)}.`);
  }
  return list;
}

/**
 * Adds a batch to counts of right and wrong predictions at each threshold.
 *
 * @see Keras `metrics/metrics_utils.py` `update_confusion_matrix_variables`
 */
export function updateConfusion(
  counts: ConfusionCounts,
  yTrue: Operand,
  yPred: Operand,
  options: ConfusionOptions,
): void {
  const dtype = Object.values(counts)[0]?.dtype ?? "float32";
  const batch = prepare(yTrue, yPred, options, dtype);
  const isEven = areEven(options.thresholds.map((threshold) => Math.min(Math.max(threshold, 0), 1)));
  const { positives, hits, alarms } = (isEven ? countInBuckets : countEach)(batch, options);
  counts.truePositives?.assignAdd(hits);
  counts.falsePositives?.assignAdd(alarms);
  counts.trueNegatives?.assignAdd(subtract(positives.zeros, alarms));
  counts.falseNegatives?.assignAdd(subtract(positives.ones, hits));
}

/** Predictions, and weights of positive and negative labels: `[n]`, with several labels `[n, labels]`. */
interface Batch {
  readonly prediction: Tensor;
  /** The weight where the label is 1, else 0. */
  readonly ones: Tensor;
  /** The weight where the label is 0, else 0. */
  readonly zeros: Tensor;
}

interface Counted {
  readonly hits: Tensor;
  readonly alarms: Tensor;
  readonly positives: { readonly ones: Tensor; readonly zeros: Tensor };
}

function prepare(yTrue: Operand, yPred: Operand, options: ConfusionOptions, dtype: Tensor["dtype"]): Batch {
  const { topK = null, classId = null, multiLabel = false, labelWeights = null } = options;
  let [prediction, truth] = toSameRank(toDType(yPred, dtype), toDType(yTrue, dtype));
  let weight = weightsFor(truth, options.sampleWeight ?? null);
  if (topK !== null) prediction = keepLargest(prediction, topK);
  if (classId !== null) {
    if (prediction.ndim === 1) {
      throw new ShapeError(
        `metrics: with \`classId\`, predictions have an axis of classes; received shape ${formatShape(prediction.shape)}.`,
      );
    }
    [prediction, truth] = [take(prediction, [classId], -1), take(truth, [classId], -1)];
  }
  const shape = prediction.dims;
  if (weight !== null) weight = broadcastTo(weight, shape);
  if (labelWeights !== null && !multiLabel) {
    const labels: Tensor = broadcastTo(expandDims(labelWeights, 0), shape);
    weight = weight === null ? labels : multiply(weight, labels);
  }
  const isOne = inDType(truth, "bool");
  const one: Tensor | number = weight ?? 1;
  const split = (x: Tensor): Tensor => (multiLabel ? x : reshape(x, [-1]));
  return {
    prediction: split(prediction),
    ones: split(inDType(where(isOne, one, 0), dtype)),
    zeros: split(inDType(where(isOne, 0, one), dtype)),
  };
}

/** One weight for each sample, with an axis for the labels. */
function weightsFor(truth: Tensor, sampleWeight: Operand | null): Tensor | null {
  if (sampleWeight === null) return null;
  const [, weight] = toSameRank(truth, expandDims(toDType(sampleWeight, truth.dtype), -1), false);
  return weight;
}

/** Predictions that are not among the k largest sink below every threshold. */
function keepLargest(prediction: Tensor, k: number): Tensor {
  const [, places] = largest(prediction, { k });
  const isKept = greater(sum(oneHot(places, prediction.dims.at(-1) ?? 1), -2), 0);
  return where(isKept, prediction, belowAll);
}

/** For thresholds `i / (n − 1)`: one pass over the predictions, whatever the number of thresholds. */
function countInBuckets(
  { prediction, ones, zeros }: Batch,
  { thresholds, multiLabel = false }: ConfusionOptions,
): Counted {
  const n = thresholds.length;
  const hasMargins = (thresholds[0] ?? 0) < 0 || (thresholds.at(-1) ?? 1) > 1;
  // A prediction exceeds the thresholds 0 … bucket.
  const exact: Tensor = subtract(ceil(multiply(clip(prediction, 0, 1), n - 1)), 1);
  const bucket = inDType(hasMargins ? maximum(exact, 0) : exact, "int32");
  const labels = multiLabel ? (prediction.dims[1] ?? 1) : 1;
  const total = (weights: Tensor): Tensor => {
    const sums: Tensor = multiLabel
      ? reshape(
          segmentSum(reshape(weights, [-1]), reshape(interleaved(bucket, labels), [-1]), {
            numSegments: n * labels,
          }),
          [n, labels],
        )
      : segmentSum(weights, bucket, { numSegments: n });
    return flip(cumsum(flip(sums, 0), 0), 0);
  };
  return { hits: total(ones), alarms: total(zeros), positives: { ones: sum(ones, 0), zeros: sum(zeros, 0) } };
}

/** The place of a bucket in a table of buckets by labels; below 0 where there is no bucket. */
function interleaved(bucket: Tensor, labels: number): Tensor {
  const label = makeTensor(
    Int32Array.from({ length: labels }, (_, i) => i),
    { shape: [1, labels], dtype: "int32" },
  );
  return where(less(bucket, 0), -1, add(multiply(bucket, labels), label));
}

/** For any thresholds: each is compared with each prediction. */
function countEach({ prediction, ones, zeros }: Batch, { thresholds }: ConfusionOptions): Counted {
  const shape = [thresholds.length, ...prediction.dims.map(() => 1)];
  const limits = makeTensor([...thresholds], { shape, dtype: prediction.dtype });
  const isPositive = greater(expandDims(prediction, 0), limits);
  const total = (weights: Tensor): Tensor => sum(where(isPositive, expandDims(weights, 0), 0), 1);
  return { hits: total(ones), alarms: total(zeros), positives: { ones: sum(ones, 0), zeros: sum(zeros, 0) } };
}

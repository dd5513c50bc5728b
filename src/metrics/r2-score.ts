import type { Variable } from "../graph/variable.ts";
import { formatShape } from "../ir/shape.ts";
import { toDType } from "../losses/loss.ts";
import { toSameRank } from "../losses/same-rank.ts";
import { divide, multiply, subtract } from "../ops/arithmetic.ts";
import { greater, isinf, notEqual } from "../ops/comparison.ts";
import { makeTensor } from "../ops/core/convert.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { inDType } from "../ops/in-dtype.ts";
import { where } from "../ops/indexing.ts";
import { any, mean, sum } from "../ops/reductions.ts";
import { broadcastTo, expandDims } from "../ops/shape.ts";
import { square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import {
  type Direction,
  MetricBase,
  type MetricCall,
  type MetricConstructor,
  type MetricOptions,
  type NameAndDType,
  weightOf,
  type Weighting,
} from "./metric.ts";

const aggregations = ["uniform_average", "variance_weighted_average"] as const;
type Aggregation = (typeof aggregations)[number] | null;

interface Bound extends MetricOptions {
  readonly classAggregation: unknown;
  readonly numRegressors: number;
}

interface Sums {
  readonly squaredSum: Variable;
  readonly sum: Variable;
  readonly residual: Variable;
  readonly count: Variable;
}

class R2ScoreMetric extends MetricBase {
  static readonly className = "R2Score";
  static override readonly parameters: ParameterTable = {
    classAggregation: "uniform_average",
    numRegressors: 0,
    name: "r2_score",
    dtype: null,
  };
  override readonly direction: Direction = "up";
  readonly classAggregation: Aggregation;
  readonly numRegressors: number;
  readonly numSamples: Variable;
  #sums: Sums | null = null;

  constructor(...args: readonly unknown[]) {
    const { classAggregation, numRegressors, ...options } = bindParameters<Bound>(
      "R2Score",
      R2ScoreMetric.parameters,
      args,
      [],
    );
    super(options);
    this.classAggregation =
      classAggregation === null ? null : oneOf("R2Score", "classAggregation", classAggregation, aggregations);
    if (!(numRegressors >= 0))
      throw new OptionError(
        `R2Score: expected \`numRegressors\` >= 0, received ${JSON.stringify(numRegressors)}.`,
      );
    this.numRegressors = numRegressors;
    this.numSamples = this.addVariable({ name: "num_samples" });
  }

  #build(truth: Tensor, prediction: Tensor): Sums {
    const [, outputs] = prediction.dims;
    if (prediction.ndim !== 2 || truth.ndim !== 2 || outputs === undefined) {
      throw new ShapeError(
        `${this.name} (R2Score): expected truth and predictions [batch, outputs], received ${formatShape(truth.shape)} and ${formatShape(prediction.shape)}.`,
      );
    }
    const shape = [outputs];
    return {
      squaredSum: this.addVariable({ shape, name: "squared_sum" }),
      sum: this.addVariable({ shape, name: "sum" }),
      residual: this.addVariable({ shape, name: "residual" }),
      count: this.addVariable({ shape, name: "count" }),
    };
  }

  override updateState(yTrue: Operand, yPred: Operand, weighting: Weighting = null): void {
    const [truth, prediction] = toSameRank(toDType(yTrue, this.dtype), toDType(yPred, this.dtype));
    this.#sums ??= this.#build(truth, prediction);
    const given = toDType(weightOf(weighting) ?? 1, this.dtype);
    const weight: Tensor = broadcastTo(given.ndim === 1 ? expandDims(given, 1) : given, truth.dims);
    const weighted: Tensor = multiply(truth, weight);
    this.#sums.sum.assignAdd(sum(weighted, 0));
    this.#sums.squaredSum.assignAdd(sum(multiply(truth, weighted), 0));
    this.#sums.residual.assignAdd(sum(multiply(square(subtract(truth, prediction)), weight), 0));
    this.#sums.count.assignAdd(sum(weight, 0));
    this.numSamples.assignAdd(sum(inDType(any(notEqual(weight, 0), -1), this.dtype)));
  }

  override result(): Tensor {
    if (this.#sums === null) return makeTensor(0, { dtype: this.dtype });
    const { squaredSum, sum: total, residual, count } = this.#sums;
    const variance: Tensor = subtract(squaredSum, multiply(total, divide(total, count)));
    const raw: Tensor = subtract(1, divide(residual, variance));
    const scores: Tensor = where(isinf(raw), 0, raw);
    return this.#adjusted(this.#aggregated(scores, variance));
  }

  #aggregated(scores: Tensor, variance: Tensor): Tensor {
    if (this.classAggregation === null) return scores;
    if (this.classAggregation === "uniform_average") return mean(scores);
    return divide(sum(multiply(variance, scores)), sum(variance));
  }

  /** The score less what so many regressors gain by chance; unadjusted with too few samples. */
  #adjusted(score: Tensor): Tensor {
    if (this.numRegressors === 0) return score;
    const freedom = subtract(this.numSamples, 1);
    const left: Tensor = subtract(freedom, this.numRegressors);
    const isEnough = greater(left, 0);
    const adjusted = subtract(1, divide(multiply(subtract(1, score), freedom), where(isEnough, left, 1)));
    return where(isEnough, adjusted, score);
  }

  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      classAggregation: this.classAggregation,
      numRegressors: this.numRegressors,
    };
  }
}

export interface R2Score extends R2ScoreMetric, MetricCall {}

type Arguments = [
  { readonly classAggregation?: Aggregation },
  { readonly numRegressors?: number },
  ...NameAndDType,
];

/**
 * Coefficient of determination: one minus the share of the variance that predictions leave over.
 *
 * Options: `classAggregation` (`"uniform_average"`, `"variance_weighted_average"`, null), `numRegressors` (0: for the
 * adjusted score).
 *
 * @see Keras `metrics/regression_metrics.py`
 */
export const R2Score: MetricConstructor<Arguments, R2Score> = callable<
  typeof R2ScoreMetric,
  MetricConstructor<Arguments, R2Score>
>(R2ScoreMetric);

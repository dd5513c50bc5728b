import type { Variable } from "../graph/variable.ts";
import { formatShape } from "../ir/shape.ts";
import { toDType } from "../losses/loss.ts";
import { add, divide, multiply, subtract } from "../ops/arithmetic.ts";
import { greater, greaterEqual, logicalAnd } from "../ops/comparison.ts";
import { makeTensor } from "../ops/core/convert.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { inDType } from "../ops/in-dtype.ts";
import { max, mean, sum } from "../ops/reductions.ts";
import { reshape } from "../ops/shape.ts";
import { abs } from "../ops/unary-math.ts";
import { epsilon } from "../util/epsilon.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { parametersOf } from "../util/parameters.ts";
import { type Direction, MetricBase, type MetricOptions, weightOf, type Weighting } from "./metric.ts";

export const averages = ["micro", "macro", "weighted"] as const;
/** How the scores of classes become one; null: not at all. */
export type Average = (typeof averages)[number] | null;

export interface FBetaOptions extends MetricOptions {
  readonly average: unknown;
  readonly beta: number;
  readonly threshold: number | null;
}

interface Counts {
  readonly truePositives: Variable;
  readonly falsePositives: Variable;
  readonly falseNegatives: Variable;
  readonly intermediateWeights: Variable;
}

/** What `FBetaScore` and `F1Score` share. */
export abstract class FBetaBase extends MetricBase {
  override readonly direction: Direction = "up";
  readonly average: Average;
  readonly beta: number;
  readonly threshold: number | null;
  #counts: Counts | null = null;

  constructor(className: string, { average, beta, threshold, ...options }: FBetaOptions) {
    super(options);
    this.average = average === null ? null : oneOf(className, "average", average, averages);
    if (!(typeof beta === "number" && beta > 0))
      throw new OptionError(`${className}: expected \`beta\` > 0, received ${JSON.stringify(beta)}.`);
    if (threshold !== null && !(threshold > 0 && threshold <= 1)) {
      throw new OptionError(
        `${className}: expected \`threshold\` to be null or in (0, 1], received ${JSON.stringify(threshold)}.`,
      );
    }
    this.beta = beta;
    this.threshold = threshold;
  }

  #build(truth: Tensor, prediction: Tensor): Counts {
    const [, classes] = prediction.dims;
    if (prediction.ndim !== 2 || truth.ndim !== 2 || classes === undefined) {
      throw new ShapeError(
        `${this.name} (${this.className}): expected truth and predictions [batch, classes], received ${formatShape(truth.shape)} and ${formatShape(prediction.shape)}.`,
      );
    }
    const shape = this.average === "micro" ? [] : [classes];
    return {
      truePositives: this.addVariable({ shape, name: "true_positives" }),
      falsePositives: this.addVariable({ shape, name: "false_positives" }),
      falseNegatives: this.addVariable({ shape, name: "false_negatives" }),
      intermediateWeights: this.addVariable({ shape, name: "intermediate_weights" }),
    };
  }

  /** Predictions as 0 and 1: the largest of each sample, or those above the threshold. */
  #decide(prediction: Tensor): Tensor {
    if (this.threshold !== null) return inDType(greater(prediction, this.threshold), this.dtype);
    const isLargest = greaterEqual(prediction, max(prediction, { axis: -1, keepdims: true }));
    return inDType(logicalAnd(isLargest, greater(abs(prediction), 1e-9)), this.dtype);
  }

  override updateState(yTrue: Operand, yPred: Operand, weighting: Weighting = null): void {
    const [truth, given] = [toDType(yTrue, this.dtype), toDType(yPred, this.dtype)];
    this.#counts ??= this.#build(truth, given);
    const prediction = this.#decide(given);
    const weights = weightOf(weighting);
    const weight = weights === null ? null : toDType(weights, this.dtype);
    const column: Tensor | null = weight !== null && weight.ndim === 1 ? reshape(weight, [-1, 1]) : weight;
    const axis = this.average === "micro" ? null : 0;
    const total = (x: Tensor): Tensor => sum(column === null ? x : multiply(x, column), axis);
    const { truePositives, falsePositives, falseNegatives, intermediateWeights } = this.#counts;
    truePositives.assignAdd(total(multiply(prediction, truth)));
    falsePositives.assignAdd(total(multiply(prediction, subtract(1, truth))));
    falseNegatives.assignAdd(total(multiply(subtract(1, prediction), truth)));
    intermediateWeights.assignAdd(total(truth));
  }

  override result(): Tensor {
    if (this.#counts === null) return makeTensor(0, { dtype: this.dtype });
    const { truePositives, falsePositives, falseNegatives, intermediateWeights } = this.#counts;
    const share = (errors: Variable): Tensor =>
      divide(truePositives, add(add(truePositives, errors), epsilon()));
    const [precision, recall] = [share(falsePositives), share(falseNegatives)];
    const square = this.beta ** 2;
    const total = add(add(multiply(square, precision), recall), epsilon());
    const scores: Tensor = multiply(divide(multiply(precision, recall), total), 1 + square);
    if (this.average === null) return scores;
    if (this.average !== "weighted") return mean(scores);
    return sum(multiply(scores, divide(intermediateWeights, add(sum(intermediateWeights), epsilon()))));
  }

  override getConfig(): Record<string, unknown> {
    const { parameters } = this.constructor as typeof MetricBase; // SAFETY: an object's constructor is its class
    return { ...super.getConfig(), ...parametersOf(this, parameters) };
  }
}

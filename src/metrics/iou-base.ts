import type { Variable } from "../graph/variable.ts";
import { isFloat } from "../ir/dtypes.ts";
import { toDType } from "../losses/loss.ts";
import { add, divide, multiply, subtract } from "../ops/arithmetic.ts";
import { greater, greaterEqual, less, logicalAnd, notEqual } from "../ops/comparison.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { diagonal } from "../ops/diagonals.ts";
import { inDType } from "../ops/in-dtype.ts";
import { where } from "../ops/indexing.ts";
import { take } from "../ops/taking.ts";
import { argmax, sum } from "../ops/reductions.ts";
import { segmentSum } from "../ops/segment.ts";
import { broadcastTo, reshape } from "../ops/shape.ts";
import { epsilon } from "../util/epsilon.ts";
import { OptionError, warnOnce } from "../util/errors.ts";
import { parametersOf, positiveInteger } from "../util/parameters.ts";
import { type Direction, MetricBase, type MetricOptions, weightOf, type Weighting } from "./metric.ts";

export interface IoUOptions extends MetricOptions {
  readonly numClasses: number;
  readonly targetClassIds: readonly number[];
  readonly ignoreClass?: number | null;
  readonly sparseYTrue?: boolean;
  readonly sparseYPred?: boolean;
  readonly axis?: number;
}

/** Intersection over union of classes, from a confusion matrix: what all metrics of this kind share. */
export abstract class IoUBase extends MetricBase {
  override readonly direction: Direction = "up";
  readonly numClasses: number;
  readonly targetClassIds: readonly number[];
  readonly ignoreClass: number | null;
  readonly sparseYTrue: boolean;
  readonly sparseYPred: boolean;
  readonly axis: number;
  readonly totalConfusionMatrix: Variable;

  constructor(className: string, options: IoUOptions) {
    super({ ...options, dtype: options.dtype ?? "int32" });
    this.numClasses = positiveInteger(className, "numClasses", options.numClasses);
    this.targetClassIds = [...options.targetClassIds];
    const wrong = this.targetClassIds.find(
      (id) => !(Number.isInteger(id) && id >= 0 && id < this.numClasses),
    );
    if (wrong !== undefined)
      throw new OptionError(
        `${className}: expected \`targetClassIds\` from 0 to ${this.numClasses - 1}, received ${wrong}.`,
      );
    this.ignoreClass = options.ignoreClass ?? null;
    this.sparseYTrue = options.sparseYTrue ?? true;
    this.sparseYPred = options.sparseYPred ?? true;
    this.axis = options.axis ?? -1;
    this.totalConfusionMatrix = this.addVariable({
      shape: [this.numClasses, this.numClasses],
      name: "total_confusion_matrix",
    });
  }

  /** Classes as a vector of integers. */
  #classes(y: Operand, isSparse: boolean): Tensor {
    const given = toValue(y as TensorInput) as Tensor; // SAFETY: toValue checks it; metrics get no symbolic values
    return reshape(toDType(isSparse ? given : argmax(given, this.axis), "int32"), [-1]);
  }

  #weights(given: Operand | null, count: number): Tensor {
    if (given === null) return broadcastTo(toDType(1, this.dtype), [count]);
    const value = toValue(given as TensorInput) as Tensor; // SAFETY: as above
    if (isFloat(value.dtype) && !isFloat(this.dtype)) {
      warnOnce(
        `${this.className}: float sample weights are truncated to ${this.dtype}. Give integers, or the metric a float dtype.`,
      );
    }
    const weight = inDType(value, this.dtype);
    return broadcastTo(weight.ndim > 1 ? reshape(weight, [-1]) : weight, [count]);
  }

  override updateState(yTrue: Operand, yPred: Operand, weighting: Weighting = null): void {
    const n = this.numClasses;
    const truth = this.#classes(yTrue, this.sparseYTrue);
    const prediction = this.#classes(yPred, this.sparseYPred);
    const isClass = (x: Tensor): Tensor => logicalAnd(greaterEqual(x, 0), less(x, n));
    const isKnown: Tensor = logicalAnd(isClass(truth), isClass(prediction));
    const isValid: Tensor =
      this.ignoreClass === null ? isKnown : logicalAnd(isKnown, notEqual(truth, this.ignoreClass));
    // What belongs to no pair of classes has a negative place, and is left out.
    const place = where(isValid, add(multiply(truth, n), prediction), -1);
    const weights = this.#weights(weightOf(weighting), truth.size);
    this.totalConfusionMatrix.assignAdd(reshape(segmentSum(weights, place, { numSegments: n * n }), [n, n]));
  }

  override result(): Tensor {
    const matrix = this.totalConfusionMatrix.value;
    const both: Tensor = diagonal(matrix);
    const either: Tensor = subtract(add(sum(matrix, 0), sum(matrix, 1)), both);
    const pick = (x: Tensor): Tensor => inDType(take(x, [...this.targetClassIds], 0), "float32");
    const [intersection, union] = [pick(both), pick(either)];
    // Classes that never occur do not count.
    const occurs = greater(union, 1e-9);
    const scores = where(occurs, divide(intersection, add(union, epsilon())), 0);
    return divide(sum(scores), add(sum(inDType(occurs, "float32")), epsilon()));
  }

  override getConfig(): Record<string, unknown> {
    const { parameters } = this.constructor as typeof MetricBase; // SAFETY: an object's constructor is its class
    return { ...super.getConfig(), ...parametersOf(this, parameters) };
  }
}

/** The ids of all classes. */
export function allClasses(count: number): readonly number[] {
  return Array.from({ length: Number.isInteger(count) ? count : 0 }, (_, i) => i);
}

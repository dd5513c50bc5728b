import { add, multiply } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { normalizeAxis } from "../ir/shape.ts";
import { warnOnce } from "../util/errors.ts";

/** Moves a part of the probability of the true class to all of them evenly: `y · (1 − s) + s / n`. */
export function smoothLabels(yTrue: Tensor, smoothing: number, classes: number): Tensor {
  return smoothing === 0 ? yTrue : add(multiply(yTrue, 1 - smoothing), smoothing / classes);
}

/** Number of classes on an axis; warns of a single one. */
export function countClasses(where: string, yPred: Tensor, axis: number): number {
  const count = yPred.shape[normalizeAxis(axis, yPred.ndim, where)] ?? 1;
  if (count === 1)
    warnOnce(
      `${where}: the predictions have a single class on axis ${axis}. With two classes take binaryCrossentropy.`,
    );
  return count;
}

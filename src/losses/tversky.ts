import { add, divide, multiply, subtract } from "../ops/arithmetic.ts";
import { sum } from "../ops/reductions.ts";
import { epsilon } from "../util/epsilon.ts";
import { alike, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

type Axis = number | readonly number[] | null;
type Weights = [{ readonly alpha?: number }, { readonly beta?: number }];

interface Bound {
  readonly alpha: number;
  readonly beta: number;
  readonly axis: Axis;
}

/**
 * One minus the Tversky index, `1 − tp / (tp + alpha · fp + beta · fn)`, over `axis` (null: all).
 *
 * Options: `alpha` (0.5), `beta` (0.5), `axis` (null).
 *
 * @see Keras `losses/losses.py`
 */
export const tversky: LossFunction<[...Weights, { readonly axis?: Axis }]> = lossFunction(
  "tversky",
  { alpha: 0.5, beta: 0.5, axis: null },
  (yTrue, yPred, { alpha, beta, axis }: Bound) => {
    const truth = alike(yTrue, yPred);
    const both = sum(multiply(yPred, truth), axis);
    const falsePositives = sum(multiply(subtract(1, truth), yPred), axis);
    const falseNegatives = sum(multiply(truth, subtract(1, yPred)), axis);
    const total = add(add(both, multiply(falsePositives, alpha)), multiply(falseNegatives, beta));
    return subtract(1, divide(both, add(total, epsilon())));
  },
);

/** Dice with its own weights for false alarms (`alpha`) and misses (`beta`). @see Keras `losses/losses.py` */
export const Tversky: LossConstructor<
  [...Weights, BaseOptions[0], BaseOptions[1], { readonly axis?: Axis }, BaseOptions[2]]
> = lossClass("Tversky", tversky, {
  alpha: 0.5,
  beta: 0.5,
  reduction: "sum_over_batch_size",
  name: "tversky",
  axis: null,
  dtype: null,
});

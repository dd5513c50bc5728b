import { add, divide, multiply, subtract } from "../ops/arithmetic.ts";
import { sum } from "../ops/reductions.ts";
import { epsilon } from "../util/epsilon.ts";
import { alike, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

type Axis = number | readonly number[] | null;

/**
 * One minus the Dice coefficient, `1 − 2 · Σ yTrue · yPred / (Σ yTrue + Σ yPred)`, over `axis` (null: all).
 *
 * @see Keras `losses/losses.py`
 */
export const dice: LossFunction<[{ readonly axis?: Axis }]> = lossFunction(
  "dice",
  { axis: null },
  (yTrue, yPred, { axis }: { readonly axis: Axis }) => {
    const truth = alike(yTrue, yPred);
    const total = add(add(sum(truth, axis), sum(yPred, axis)), epsilon());
    return subtract(1, divide(multiply(2, sum(multiply(truth, yPred), axis)), total));
  },
);

/** One minus the Dice coefficient: how little two masks overlap. @see Keras `losses/losses.py` */
export const Dice: LossConstructor<
  [BaseOptions[0], BaseOptions[1], { readonly axis?: Axis }, BaseOptions[2]]
> = lossClass("Dice", dice, { reduction: "sum_over_batch_size", name: "dice", axis: null, dtype: null });

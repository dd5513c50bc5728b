import { add, maximum, multiply, subtract } from "../ops/arithmetic.ts";
import { max, sum } from "../ops/reductions.ts";
import { alike, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

/**
 * `max(neg − pos + 1, 0)`, where `pos` is the prediction of the true class and `neg` the largest of the others.
 *
 * @see Keras `losses/losses.py`
 */
export const categoricalHinge: LossFunction = lossFunction("categorical_hinge", {}, (yTrue, yPred) => {
  const truth = alike(yTrue, yPred);
  const positive = sum(multiply(truth, yPred), -1);
  const others = max(multiply(subtract(1, truth), yPred), -1);
  return maximum(add(subtract(others, positive), 1), 0);
});

/** The hinge loss of several classes. @see Keras `losses/losses.py` */
export const CategoricalHinge: LossConstructor<BaseOptions> = lossClass(
  "CategoricalHinge",
  categoricalHinge,
  baseParameters("categorical_hinge"),
);

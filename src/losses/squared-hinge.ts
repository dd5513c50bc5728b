import { maximum, multiply, subtract } from "../ops/arithmetic.ts";
import { mean } from "../ops/reductions.ts";
import { square } from "../ops/unary-math.ts";
import { alike, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import { toHingeLabels } from "./hinge-labels.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

/** `mean(max(1 − yTrue · yPred, 0)²)` over the last axis. Labels are −1 and 1, or 0 and 1. @see Keras `losses/losses.py` */
export const squaredHinge: LossFunction = lossFunction("squared_hinge", {}, (yTrue, yPred) => {
  const agreement = multiply(toHingeLabels(alike(yTrue, yPred)), yPred);
  return mean(square(maximum(subtract(1, agreement), 0)), -1);
});

/** The squared loss of support vector machines. @see Keras `losses/losses.py` */
export const SquaredHinge: LossConstructor<BaseOptions> = lossClass(
  "SquaredHinge",
  squaredHinge,
  baseParameters("squared_hinge"),
);

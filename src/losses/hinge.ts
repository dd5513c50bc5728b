import { maximum, multiply, subtract } from "../ops/arithmetic.ts";
import { mean } from "../ops/reductions.ts";
import { alike, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import { toHingeLabels } from "./hinge-labels.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

/** `mean(max(1 − yTrue · yPred, 0))` over the last axis. Labels are −1 and 1, or 0 and 1. @see Keras `losses/losses.py` */
export const hinge: LossFunction = lossFunction("hinge", {}, (yTrue, yPred) => {
  const agreement = multiply(toHingeLabels(alike(yTrue, yPred)), yPred);
  return mean(maximum(subtract(1, agreement), 0), -1);
});

/** The loss of support vector machines. @see Keras `losses/losses.py` */
export const Hinge: LossConstructor<BaseOptions> = lossClass("Hinge", hinge, baseParameters("hinge"));

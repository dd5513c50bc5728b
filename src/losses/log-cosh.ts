import { add, multiply, subtract } from "../ops/arithmetic.ts";
import { softplus } from "../ops/activations.ts";
import { mean } from "../ops/reductions.ts";
import { aligned, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

/** `mean(log(cosh(yPred − yTrue)))` over the last axis. @see Keras `losses/losses.py` */
export const logCosh: LossFunction = lossFunction("log_cosh", {}, (yTrue, yPred) => {
  const [truth, prediction] = aligned(yTrue, yPred);
  const error = subtract(prediction, truth);
  // log(cosh(x)) = x + softplus(−2x) − log 2, without overflow.
  return mean(subtract(add(error, softplus(multiply(error, -2))), Math.LN2), -1);
});

/** Squared for small errors, absolute for large ones. @see Keras `losses/losses.py` */
export const LogCosh: LossConstructor<BaseOptions> = lossClass(
  "LogCosh",
  logCosh,
  baseParameters("log_cosh"),
);

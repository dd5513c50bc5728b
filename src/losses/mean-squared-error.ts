import { subtract } from "../ops/arithmetic.ts";
import { mean } from "../ops/reductions.ts";
import { square } from "../ops/unary-math.ts";
import { aligned, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

/** `mean((yTrue − yPred)²)` over the last axis. @see Keras `losses/losses.py` */
export const meanSquaredError: LossFunction = lossFunction("mean_squared_error", {}, (yTrue, yPred) => {
  const [truth, prediction] = aligned(yTrue, yPred);
  return mean(square(subtract(truth, prediction)), -1);
});

/** Mean of squared errors. The usual loss of a regression. @see Keras `losses/losses.py` */
export const MeanSquaredError: LossConstructor<BaseOptions> = lossClass(
  "MeanSquaredError",
  meanSquaredError,
  baseParameters("mean_squared_error"),
);

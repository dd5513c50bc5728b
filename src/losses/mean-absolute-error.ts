import { subtract } from "../ops/arithmetic.ts";
import { mean } from "../ops/reductions.ts";
import { abs } from "../ops/unary-math.ts";
import { aligned, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

/** `mean(|yTrue − yPred|)` over the last axis. @see Keras `losses/losses.py` */
export const meanAbsoluteError: LossFunction = lossFunction("mean_absolute_error", {}, (yTrue, yPred) => {
  const [truth, prediction] = aligned(yTrue, yPred);
  return mean(abs(subtract(truth, prediction)), -1);
});

/** Mean of absolute errors: a regression loss that outliers move less than squares. @see Keras `losses/losses.py` */
export const MeanAbsoluteError: LossConstructor<BaseOptions> = lossClass(
  "MeanAbsoluteError",
  meanAbsoluteError,
  baseParameters("mean_absolute_error"),
);

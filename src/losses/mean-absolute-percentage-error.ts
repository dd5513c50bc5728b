import { divide, maximum, multiply, subtract } from "../ops/arithmetic.ts";
import { mean } from "../ops/reductions.ts";
import { abs } from "../ops/unary-math.ts";
import { epsilon } from "../util/epsilon.ts";
import { aligned, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

/** `100 · mean(|yTrue − yPred| / |yTrue|)` over the last axis. @see Keras `losses/losses.py` */
export const meanAbsolutePercentageError: LossFunction = lossFunction(
  "mean_absolute_percentage_error",
  {},
  (yTrue, yPred) => {
    const [truth, prediction] = aligned(yTrue, yPred);
    const relative = abs(divide(subtract(truth, prediction), maximum(abs(truth), epsilon())));
    return multiply(100, mean(relative, -1));
  },
);

/** Mean of errors in per cent of the truth. @see Keras `losses/losses.py` */
export const MeanAbsolutePercentageError: LossConstructor<BaseOptions> = lossClass(
  "MeanAbsolutePercentageError",
  meanAbsolutePercentageError,
  baseParameters("mean_absolute_percentage_error"),
);

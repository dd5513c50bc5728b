import { add, maximum, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { mean } from "../ops/reductions.ts";
import { log, square } from "../ops/unary-math.ts";
import { epsilon } from "../util/epsilon.ts";
import { aligned, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

/** `mean((log(1 + yTrue) − log(1 + yPred))²)` over the last axis. @see Keras `losses/losses.py` */
export const meanSquaredLogarithmicError: LossFunction = lossFunction(
  "mean_squared_logarithmic_error",
  {},
  (yTrue, yPred) => {
    const [truth, prediction] = aligned(yTrue, yPred);
    const logarithm = (x: Tensor): Tensor => log(add(maximum(x, epsilon()), 1));
    return mean(square(subtract(logarithm(prediction), logarithm(truth))), -1);
  },
);

/** Mean of squared differences of logarithms: errors count in proportion. @see Keras `losses/losses.py` */
export const MeanSquaredLogarithmicError: LossConstructor<BaseOptions> = lossClass(
  "MeanSquaredLogarithmicError",
  meanSquaredLogarithmicError,
  baseParameters("mean_squared_logarithmic_error"),
);

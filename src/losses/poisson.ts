import { add, multiply, subtract } from "../ops/arithmetic.ts";
import { mean } from "../ops/reductions.ts";
import { log } from "../ops/unary-math.ts";
import { epsilon } from "../util/epsilon.ts";
import { alike, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

/** `mean(yPred − yTrue · log(yPred))` over the last axis. @see Keras `losses/losses.py` */
export const poisson: LossFunction = lossFunction("poisson", {}, (yTrue, yPred) =>
  mean(subtract(yPred, multiply(alike(yTrue, yPred), log(add(yPred, epsilon())))), -1),
);

/** The loss of counts, taken to be Poisson distributed. @see Keras `losses/losses.py` */
export const Poisson: LossConstructor<BaseOptions> = lossClass("Poisson", poisson, baseParameters("poisson"));

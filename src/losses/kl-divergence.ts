import { divide, maximum, minimum, multiply } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sum } from "../ops/reductions.ts";
import { log } from "../ops/unary-math.ts";
import { epsilon } from "../util/epsilon.ts";
import { alike, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

/** `Σ yTrue · log(yTrue / yPred)` over the last axis. @see Keras `losses/losses.py` */
export const klDivergence: LossFunction = lossFunction("kl_divergence", {}, (yTrue, yPred) => {
  const probabilities = (x: Tensor): Tensor => minimum(maximum(x, epsilon()), 1);
  const [truth, prediction] = [probabilities(alike(yTrue, yPred)), probabilities(yPred)];
  return sum(multiply(truth, log(divide(truth, prediction))), -1);
});

/** How far predicted distributions are from true ones, after Kullback and Leibler. @see Keras `losses/losses.py` */
export const KLDivergence: LossConstructor<BaseOptions> = lossClass(
  "KLDivergence",
  klDivergence,
  baseParameters("kl_divergence"),
);

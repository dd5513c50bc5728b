import { multiply, subtract } from "../ops/arithmetic.ts";
import { lessEqual } from "../ops/comparison.ts";
import { where } from "../ops/indexing.ts";
import { mean } from "../ops/reductions.ts";
import { abs, square } from "../ops/unary-math.ts";
import { aligned, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

type Options = [{ readonly delta?: number }];

/**
 * Mean over the last axis of `error² / 2` where `|error| ≤ delta` (1), else `delta · |error| − delta² / 2`.
 *
 * @see Keras `losses/losses.py`
 */
export const huber: LossFunction<Options> = lossFunction(
  "huber",
  { delta: 1 },
  (yTrue, yPred, { delta }: { readonly delta: number }) => {
    const [truth, prediction] = aligned(yTrue, yPred);
    const error = subtract(prediction, truth);
    const size = abs(error);
    const linear = subtract(multiply(delta, size), 0.5 * delta ** 2);
    return mean(where(lessEqual(size, delta), multiply(0.5, square(error)), linear), -1);
  },
);

/** Squared for errors up to `delta` (1), linear beyond. @see Keras `losses/losses.py` */
export const Huber: LossConstructor<[...Options, ...BaseOptions]> = lossClass("Huber", huber, {
  delta: 1,
  ...baseParameters("huber_loss"),
});

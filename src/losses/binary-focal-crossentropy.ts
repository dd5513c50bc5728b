import { sigmoid } from "../ops/activations.ts";
import { add, multiply, power, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { binaryCrossentropy as crossentropy } from "../ops/crossentropy.ts";
import { mean } from "../ops/reductions.ts";
import { alike, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import { smoothLabels } from "./label-smoothing.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

type Options = [
  { readonly applyClassBalancing?: boolean },
  { readonly alpha?: number },
  { readonly gamma?: number },
  { readonly fromLogits?: boolean },
  { readonly labelSmoothing?: number },
  { readonly axis?: number },
];

interface Bound {
  readonly applyClassBalancing: boolean;
  readonly alpha: number;
  readonly gamma: number;
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;
}

const own = {
  applyClassBalancing: false,
  alpha: 0.25,
  gamma: 2,
  fromLogits: false,
  labelSmoothing: 0,
  axis: -1,
};

/**
 * Binary crossentropy in which samples that are already right count little, by `(1 − p)^gamma`.
 *
 * Options: `applyClassBalancing` (false: whether class 1 weighs `alpha` and class 0 `1 − alpha`), `alpha` (0.25),
 * `gamma` (2), `fromLogits` (false), `labelSmoothing` (0), `axis` (-1): that of the mean.
 *
 * @see Keras `losses/losses.py`
 */
export const binaryFocalCrossentropy: LossFunction<Options> = lossFunction(
  "binary_focal_crossentropy",
  own,
  (yTrue, yPred, { applyClassBalancing, alpha, gamma, fromLogits, labelSmoothing, axis }: Bound) => {
    const truth = smoothLabels(alike(yTrue, yPred), labelSmoothing, 2);
    const prediction: Tensor = fromLogits ? sigmoid(yPred) : yPred;
    const ofClass = (one: Tensor | number, zero: Tensor | number): Tensor =>
      add(multiply(truth, one), multiply(subtract(1, truth), zero));
    const right = ofClass(prediction, subtract(1, prediction));
    const losses = multiply(power(subtract(1, right), gamma), crossentropy(truth, prediction));
    return mean(applyClassBalancing ? multiply(ofClass(alpha, 1 - alpha), losses) : losses, axis);
  },
);

/** Binary crossentropy in which samples that are already right count little (Lin et al., 2017). @see Keras `losses/losses.py` */
export const BinaryFocalCrossentropy: LossConstructor<[...Options, ...BaseOptions]> = lossClass(
  "BinaryFocalCrossentropy",
  binaryFocalCrossentropy,
  { ...own, ...baseParameters("binary_focal_crossentropy") },
);

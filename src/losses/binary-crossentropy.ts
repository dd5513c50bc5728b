import { binaryCrossentropy as op } from "../ops/crossentropy.ts";
import { mean } from "../ops/reductions.ts";
import { alike, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import { smoothLabels } from "./label-smoothing.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

type Options = [
  { readonly fromLogits?: boolean },
  { readonly labelSmoothing?: number },
  { readonly axis?: number },
];

interface Bound {
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;
}

/**
 * Crossentropy of yes-or-no labels: `−mean(yTrue · log(yPred) + (1 − yTrue) · log(1 − yPred))`.
 *
 * Options: `fromLogits` (false), `labelSmoothing` (0: moves labels towards 1/2), `axis` (-1): that of the mean.
 *
 * @see Keras `losses/losses.py`
 */
export const binaryCrossentropy: LossFunction<Options> = lossFunction(
  "binary_crossentropy",
  { fromLogits: false, labelSmoothing: 0, axis: -1 },
  (yTrue, yPred, { fromLogits, labelSmoothing, axis }: Bound) =>
    mean(op(smoothLabels(alike(yTrue, yPred), labelSmoothing, 2), yPred, { fromLogits }), axis),
);

/** Crossentropy of yes-or-no labels. @see Keras `losses/losses.py` */
export const BinaryCrossentropy: LossConstructor<[...Options, ...BaseOptions]> = lossClass(
  "BinaryCrossentropy",
  binaryCrossentropy,
  {
    fromLogits: false,
    labelSmoothing: 0,
    axis: -1,
    ...baseParameters("binary_crossentropy"),
  },
);

import { categoricalCrossentropy as op } from "../ops/crossentropy.ts";
import { alike, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import { countClasses, smoothLabels } from "./label-smoothing.ts";
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
 * Crossentropy of classes given as one-hot vectors or probabilities: `−Σ yTrue · log(yPred)`.
 *
 * Options: `fromLogits` (false), `labelSmoothing` (0), `axis` (-1): that of the classes.
 *
 * @see Keras `losses/losses.py`
 */
export const categoricalCrossentropy: LossFunction<Options> = lossFunction(
  "categorical_crossentropy",
  { fromLogits: false, labelSmoothing: 0, axis: -1 },
  (yTrue, yPred, { fromLogits, labelSmoothing, axis }: Bound) => {
    const classes = countClasses("losses.categoricalCrossentropy", yPred, axis);
    return op(smoothLabels(alike(yTrue, yPred), labelSmoothing, classes), yPred, { fromLogits, axis });
  },
);

/** Crossentropy of classes given as one-hot vectors. @see Keras `losses/losses.py` */
export const CategoricalCrossentropy: LossConstructor<[...Options, ...BaseOptions]> = lossClass(
  "CategoricalCrossentropy",
  categoricalCrossentropy,
  { fromLogits: false, labelSmoothing: 0, axis: -1, ...baseParameters("categorical_crossentropy") },
);

import { softmax } from "../ops/activations.ts";
import { divide, multiply, power, subtract } from "../ops/arithmetic.ts";
import { sum } from "../ops/reductions.ts";
import { clip, log, negative } from "../ops/unary-math.ts";
import { epsilon } from "../util/epsilon.ts";
import { alike, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import { countClasses, smoothLabels } from "./label-smoothing.ts";
import { type BaseOptions, type LossConstructor, toDType } from "./loss.ts";

type Options = [
  { readonly alpha?: number | readonly number[] },
  { readonly gamma?: number },
  { readonly fromLogits?: boolean },
  { readonly labelSmoothing?: number },
  { readonly axis?: number },
];

interface Bound {
  readonly alpha: number | readonly number[];
  readonly gamma: number;
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  readonly axis: number;
}

const own = { alpha: 0.25, gamma: 2, fromLogits: false, labelSmoothing: 0, axis: -1 };

/**
 * Crossentropy in which samples that are already right count little: `−Σ alpha · (1 − p)^gamma · yTrue · log(p)`.
 *
 * Options: `alpha` (0.25; one number, or one for each class), `gamma` (2), `fromLogits` (false), `labelSmoothing` (0),
 * `axis` (-1).
 *
 * @see Keras `losses/losses.py`
 */
export const categoricalFocalCrossentropy: LossFunction<Options> = lossFunction(
  "categorical_focal_crossentropy",
  own,
  (yTrue, yPred, { alpha, gamma, fromLogits, labelSmoothing, axis }: Bound) => {
    const classes = countClasses("losses.categoricalFocalCrossentropy", yPred, axis);
    const truth = smoothLabels(alike(yTrue, yPred), labelSmoothing, classes);
    const given = fromLogits ? softmax(yPred, axis) : yPred;
    const total = sum(given, { axis, keepdims: true });
    const probabilities = clip(divide(given, total), epsilon(), 1 - epsilon());
    const crossentropy = negative(multiply(truth, log(probabilities)));
    const weight = multiply(power(subtract(1, probabilities), gamma), toDType(alpha, yPred.dtype));
    return sum(multiply(weight, crossentropy), axis);
  },
);

/** Crossentropy in which samples that are already right count little (Lin et al., 2017). @see Keras `losses/losses.py` */
export const CategoricalFocalCrossentropy: LossConstructor<[...Options, ...BaseOptions]> = lossClass(
  "CategoricalFocalCrossentropy",
  categoricalFocalCrossentropy,
  { ...own, ...baseParameters("categorical_focal_crossentropy") },
);

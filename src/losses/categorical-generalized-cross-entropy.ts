import { divide, multiply, power, subtract } from "../ops/arithmetic.ts";
import { oneHot } from "../ops/indexing.ts";
import { sum } from "../ops/reductions.ts";
import { OptionError } from "../util/errors.ts";
import { required } from "../util/parameters.ts";
import { baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import { toDType, type BaseOptions, type LossConstructor } from "./loss.ts";

/**
 * `(1 − yPred[yTrue]^q) / q`: between absolute error (q near 1) and crossentropy (q near 0), for noisy labels.
 *
 * @see Keras `losses/losses.py`
 */
export const categoricalGeneralizedCrossEntropy: LossFunction<[{ readonly q: number }]> = lossFunction(
  "categorical_generalized_cross_entropy",
  { q: required },
  (yTrue, yPred, { q }: { readonly q: number }) => {
    const isTarget = toDType(oneHot(toDType(yTrue, "int32"), yPred.shape.at(-1) ?? 1), yPred.dtype);
    return divide(subtract(1, power(sum(multiply(yPred, isTarget), -1), q)), q);
  },
);

/**
 * Crossentropy for noisy labels (Zhang and Sabuncu, 2018); `q` (0.5) in (0, 1).
 *
 * @throws {OptionError} for other `q`.
 * @see Keras `losses/losses.py`
 */
export const CategoricalGeneralizedCrossEntropy: LossConstructor<[{ readonly q?: number }, ...BaseOptions]> =
  lossClass(
    "CategoricalGeneralizedCrossEntropy",
    categoricalGeneralizedCrossEntropy,
    { q: 0.5, ...baseParameters("categorical_generalized_cross_entropy") },
    ({ q }) => {
      if (typeof q === "number" && q > 0 && q < 1) return;
      throw new OptionError(
        `CategoricalGeneralizedCrossEntropy: expected \`q\` in (0, 1), received ${JSON.stringify(q)}.`,
      );
    },
  );

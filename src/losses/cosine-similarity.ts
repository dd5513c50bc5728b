import { multiply } from "../ops/arithmetic.ts";
import { normalize } from "../ops/normalization.ts";
import { sum } from "../ops/reductions.ts";
import { negative } from "../ops/unary-math.ts";
import { aligned, baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

type Options = [{ readonly axis?: number }];

/**
 * Minus the cosine of the angle between truth and predictions along `axis` (-1): −1 for the same direction.
 *
 * @see Keras `losses/losses.py`
 */
export const cosineSimilarity: LossFunction<Options> = lossFunction(
  "cosine_similarity",
  { axis: -1 },
  (yTrue, yPred, { axis }: { readonly axis: number }) => {
    const [truth, prediction] = aligned(yTrue, yPred);
    return negative(sum(multiply(normalize(truth, { axis }), normalize(prediction, { axis })), axis));
  },
);

/** Minus the cosine of the angle between truth and predictions. @see Keras `losses/losses.py` */
export const CosineSimilarity: LossConstructor<[...Options, ...BaseOptions]> = lossClass(
  "CosineSimilarity",
  cosineSimilarity,
  {
    axis: -1,
    ...baseParameters("cosine_similarity"),
  },
);

import { setMask } from "../graph/masks.ts";
import { normalizeAxis } from "../ir/shape.ts";
import { notEqual } from "../ops/comparison.ts";
import { sparseCategoricalCrossentropy as op } from "../ops/crossentropy.ts";
import { where } from "../ops/indexing.ts";
import { expectIndices } from "../ops/core/index-range.ts";
import { expandDims, squeeze } from "../ops/shape.ts";
import { lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { LossConstructor, BaseOptions } from "./loss.ts";

type Options = [{ readonly fromLogits?: boolean }, { readonly ignoreClass?: number | null }];
type Axis = [{ readonly axis?: number }];

interface Bound {
  readonly fromLogits: boolean;
  readonly ignoreClass: number | null;
  readonly axis: number;
}

const range = {
  where: "losses.sparseCategoricalCrossentropy",
  advice: "Give the output a unit for each class, or leave one out by `ignoreClass`.",
};

/**
 * Crossentropy of classes given as integers: `−log(yPred[yTrue])`.
 *
 * Shapes: `yTrue` `[batch, …]`, `yPred` `[batch, …, classes]` → `[batch, …]`.
 *
 * Options: `fromLogits` (false): `yPred` are logits, not probabilities; `ignoreClass` (null): a class whose samples do
 * not count; `axis` (-1): that of the classes.
 *
 * @see Keras `losses/losses.py`
 */
export const sparseCategoricalCrossentropy: LossFunction<[...Options, ...Axis]> = lossFunction(
  "sparse_categorical_crossentropy",
  { fromLogits: false, ignoreClass: null, axis: -1 },
  (yTrue, yPred, { fromLogits, ignoreClass, axis }: Bound) => {
    const classes = yTrue.ndim === yPred.ndim && yTrue.shape.at(axis) === 1 ? squeeze(yTrue, axis) : yTrue;
    const size = yPred.shape.at(axis) ?? 0;
    expectIndices(classes, { ...range, size, except: ignoreClass });
    if (ignoreClass === null) return op(classes, yPred, { fromLogits, axis });
    const isValid = notEqual(classes, ignoreClass);
    const at = normalizeAxis(axis, yPred.ndim, "losses.sparseCategoricalCrossentropy");
    const kept = where(expandDims(isValid, at), yPred, 0);
    const losses = where(isValid, op(where(isValid, classes, 0), kept, { fromLogits, axis }), 0);
    setMask(losses, isValid);
    return losses;
  },
);

/**
 * Crossentropy of classes given as integers. The usual loss of a classifier; with one-hot labels take
 * `CategoricalCrossentropy`.
 *
 * @see Keras `losses/losses.py`
 */
export const SparseCategoricalCrossentropy: LossConstructor<
  [...Options, BaseOptions[0], ...Axis, BaseOptions[1], BaseOptions[2]]
> = lossClass("SparseCategoricalCrossentropy", sparseCategoricalCrossentropy, {
  fromLogits: false,
  ignoreClass: null,
  reduction: "sum_over_batch_size",
  axis: -1,
  name: "sparse_categorical_crossentropy",
  dtype: null,
});

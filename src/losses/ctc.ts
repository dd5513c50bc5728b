import { notEqual } from "../ops/comparison.ts";
import { ctcLoss } from "../ops/ctc.ts";
import { full } from "../ops/creation.ts";
import { inDType } from "../ops/in-dtype.ts";
import { sum } from "../ops/reductions.ts";
import { formatShape } from "../ir/shape.ts";
import { ShapeError } from "../util/errors.ts";
import { baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import type { BaseOptions, LossConstructor } from "./loss.ts";

/**
 * Connectionist temporal classification (Graves et al., 2006): sequences against unaligned labels; label 0 is blank
 * and pads.
 *
 * Shapes: `yTrue` `[batch, labels]` integers, `yPred` `[batch, steps, classes]` logits → `[batch]`.
 *
 * @throws {ShapeError} for other ranks.
 * @see Keras `losses/losses.py`
 */
export const ctc: LossFunction = lossFunction("ctc", {}, (yTrue, yPred) => {
  const [batch, steps] = yPred.dims;
  if (yTrue.ndim !== 2 || yPred.ndim !== 3 || batch === undefined || steps === undefined) {
    throw new ShapeError(
      `losses.ctc: expected labels [batch, labels] and logits [batch, steps, classes], received ${formatShape(yTrue.shape)} and ${formatShape(yPred.shape)}.`,
    );
  }
  const labels = inDType(yTrue, "int32");
  const labelLengths = sum(inDType(notEqual(labels, 0), "int32"), -1);
  return ctcLoss(labels, yPred, labelLengths, full([batch], steps, { dtype: "int32" }), { maskIndex: 0 });
});

/** The loss of sequences against unaligned labels. @see Keras `losses/losses.py` */
export const CTC: LossConstructor<BaseOptions> = lossClass("CTC", ctc, baseParameters("ctc"));

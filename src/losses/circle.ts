import { setMask } from "../graph/masks.ts";
import { softplus } from "../ops/activations.ts";
import { add, maximum, multiply, subtract } from "../ops/arithmetic.ts";
import { equal, greater, logicalAnd, logicalNot } from "../ops/comparison.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import type { Operand } from "../ops/core/signatures.ts";
import { eye } from "../ops/creation.ts";
import { where } from "../ops/indexing.ts";
import { matmul } from "../ops/products.ts";
import { logsumexp } from "../ops/reductions.ts";
import { reshape, transpose } from "../ops/shape.ts";
import { baseParameters, lossClass, type LossFunction, lossFunction } from "./define.ts";
import { type BaseOptions, type LossConstructor, toDType } from "./loss.ts";

interface Bound {
  /** Absent in the class's options. */
  readonly refLabels?: TensorInput | null;
  readonly refEmbeddings?: TensorInput | null;
  readonly removeDiagonal: boolean;
  readonly gamma: number;
  readonly margin: number;
}

/** Stands for −∞ in sums of exponentials: gradients stay numbers where nothing is summed. */
const nothing = -1e30;

/** Which of the references are of the same class as each sample. */
function samePairs(
  labels: Tensor,
  references: Tensor,
  removeDiagonal: boolean,
): { readonly same: Tensor; readonly other: Tensor } {
  const [rows, columns] = [reshape(labels, [-1, 1]), reshape(references, [1, -1])];
  const isSame: Tensor = equal(rows, columns);
  const diagonal = eye(labels.size, references.size, { k: 0, dtype: "bool" });
  return {
    same: removeDiagonal ? logicalAnd(isSame, logicalNot(diagonal)) : isSame,
    other: logicalNot(isSame),
  };
}

/**
 * Pulls embeddings of one class together and pushes those of others apart (Sun et al., 2020). The embeddings are
 * normalised to length 1.
 *
 * Shapes: `yTrue` `[batch]` integers, `yPred` `[batch, n]` → `[batch]`.
 *
 * Options: `refLabels`, `refEmbeddings` (null: those of the batch), `removeDiagonal` (true), `gamma` (80),
 * `margin` (0.4).
 *
 * @see Keras `losses/losses.py`
 */
export const circle: LossFunction<
  [
    { readonly refLabels?: Operand | null },
    { readonly refEmbeddings?: Operand | null },
    { readonly removeDiagonal?: boolean },
    { readonly gamma?: number },
    { readonly margin?: number },
  ]
> = lossFunction(
  "circle",
  { refLabels: null, refEmbeddings: null, removeDiagonal: true, gamma: 80, margin: 0.4 },
  (yTrue, yPred, given: Bound) => {
    const { removeDiagonal, gamma, margin } = given;
    const labels = toDType(yTrue, "int32");
    const embeddings = given.refEmbeddings ?? null;
    const references = embeddings === null ? yPred : (toValue(embeddings) as Tensor); // SAFETY: symbolic values take the same ops
    const referenceLabels = given.refLabels ?? null;
    const { same, other } = samePairs(
      labels,
      referenceLabels === null ? labels : toDType(referenceLabels, "int32"),
      removeDiagonal,
    );
    const distances = maximum(subtract(1, matmul(yPred, transpose(references))), 0);
    const pull = multiply(multiply(-gamma, add(margin, distances)), subtract(margin, distances));
    const push = multiply(
      multiply(gamma, maximum(subtract(1 + margin, distances), 0)),
      subtract(1 - margin, distances),
    );
    const total = add(logsumexp(where(same, pull, nothing), 1), logsumexp(where(other, push, nothing), 1));
    const losses = softplus(total);
    setMask(losses, greater(losses, 0));
    return losses;
  },
);

/** Pulls embeddings of one class together and pushes those of others apart. @see Keras `losses/losses.py` */
export const Circle: LossConstructor<
  [
    { readonly gamma?: number },
    { readonly margin?: number },
    { readonly removeDiagonal?: boolean },
    ...BaseOptions,
  ]
> = lossClass("Circle", circle, {
  gamma: 80,
  margin: 0.4,
  removeDiagonal: true,
  ...baseParameters("circle"),
});

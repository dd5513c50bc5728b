import { multiply, subtract } from "../ops/arithmetic.ts";
import { equal, logicalOr } from "../ops/comparison.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { where } from "../ops/indexing.ts";
import { all } from "../ops/reductions.ts";

/** Labels 0 and 1 as −1 and 1; others as they are. @see Keras `convert_binary_labels_to_hinge` */
export function toHingeLabels(yTrue: Tensor): Tensor {
  const isBinary = all(logicalOr(equal(yTrue, 0), equal(yTrue, 1)));
  return where(isBinary, subtract(multiply(2, yTrue), 1), yTrue);
}

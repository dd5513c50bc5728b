import type { Tensor } from "../ops/core/tensor.ts";
import { expandDims, squeeze } from "../ops/shape.ts";

/**
 * Brings two tensors whose ranks differ by one to the same rank, where the last axis of the longer one has size 1.
 *
 * @see Keras `squeeze_or_expand_to_same_rank`
 */
export function toSameRank(x1: Tensor, x2: Tensor, expandRank1 = true): [Tensor, Tensor] {
  if (x1.ndim === x2.ndim + 1) {
    const [long, short] = reconcile(x1, x2, expandRank1);
    return [long, short];
  }
  if (x2.ndim === x1.ndim + 1) {
    const [long, short] = reconcile(x2, x1, expandRank1);
    return [short, long];
  }
  return [x1, x2];
}

function reconcile(long: Tensor, short: Tensor, expandRank1: boolean): [Tensor, Tensor] {
  if (long.shape.at(-1) !== 1) return [long, short];
  return short.ndim === 1 && expandRank1 ? [long, expandDims(short, -1)] : [squeeze(long, -1), short];
}

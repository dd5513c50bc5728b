import { maskOf } from "../graph/masks.ts";
import type { DType } from "../ir/dtypes.ts";
import { multiply } from "../ops/arithmetic.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { inDType } from "../ops/in-dtype.ts";
import { broadcastTo } from "../ops/shape.ts";
import { toDType } from "../losses/loss.ts";
import { toSameRank } from "../losses/same-rank.ts";

/** A reduction over axes: `sum` or `mean`. */
export type Reduce = (x: Tensor, axis: readonly number[]) => Tensor;

/** Axes `from … to − 1`. */
function axes(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** Weights that are 0 where a mask is false. */
export function masked(weight: Tensor | null, mask: Tensor | null, dtype: DType): Tensor | null {
  if (mask === null) return weight;
  const valid = inDType(mask, dtype);
  if (weight === null) return valid;
  const [a, b] = toSameRank(valid, inDType(weight, dtype));
  return multiply(a, b);
}

/**
 * Brings values to one for each sample, weighted.
 *
 * @see Keras `metrics/reduction_metrics.py` `reduce_to_samplewise_values`
 */
export function samplewise(
  given: Operand,
  sampleWeight: Operand | null,
  reduce: Reduce,
  dtype: DType,
): { readonly values: Tensor; readonly weights: Tensor | null } {
  const mask = maskOf(given) as Tensor | null; // SAFETY: the mask of a tensor is a tensor
  let values = toDType(given, dtype);
  let weights = sampleWeight === null ? null : masked(toDType(sampleWeight, dtype), mask, dtype);
  if (weights !== null) {
    [values, weights] = toSameRank(values, weights);
    const rank = weights.ndim;
    if (values.ndim > rank) values = reduce(values, axes(rank, values.ndim));
    weights = broadcastTo(weights, values.dims);
    values = multiply(values, weights);
    if (rank > 1) weights = reduce(weights, axes(1, rank));
  }
  return { values: values.ndim > 1 ? reduce(values, axes(1, values.ndim)) : values, weights };
}

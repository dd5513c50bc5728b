import { divideNoNan, multiply } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { inDType } from "../ops/in-dtype.ts";
import { mean, sum } from "../ops/reductions.ts";
import { oneOf } from "../util/options.ts";
import { toSameRank } from "./same-rank.ts";

/** How the losses of a batch become one number. */
export const reductions = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"] as const;

/** One of `reductions`; null is `"none"`. */
export type Reduction = (typeof reductions)[number] | null;

export function checkReduction(where: string, reduction: unknown): Reduction {
  return reduction === null ? null : oneOf(where, "reduction", reduction, reductions);
}

export interface WeightedReduction {
  readonly sampleWeight: Tensor | null;
  readonly mask: Tensor | null;
  readonly reduction: Reduction;
}

/**
 * Weights the losses of a batch and reduces them.
 *
 * @see Keras `losses/loss.py` `reduce_weighted_values`
 */
export function reduceWeighted(values: Tensor, { sampleWeight, mask, reduction }: WeightedReduction): Tensor {
  const weight = withMask(sampleWeight, mask, values, reduction);
  if (weight === null) return reduceValues(values, null, reduction);
  const [losses, weights] = toSameRank(values, weight);
  return reduceValues(multiply(losses, weights), weights, reduction);
}

function reduceValues(values: Tensor, weights: Tensor | null, reduction: Reduction): Tensor {
  const isEmptyVector = values.ndim === 1 && values.shape[0] === 0;
  if (reduction === null || reduction === "none" || values.ndim === 0 || isEmptyVector) return values;
  if (reduction === "sum" || values.shape.includes(0)) return sum(values);
  if (reduction === "mean_with_sample_weight" && weights !== null)
    return divideNoNan(sum(values), sum(weights));
  return mean(values);
}

/** The sample weights with those of masked entries set to 0. */
function withMask(
  sampleWeight: Tensor | null,
  mask: Tensor | null,
  values: Tensor,
  reduction: Reduction,
): Tensor | null {
  if (mask === null) return sampleWeight === null ? null : inDType(sampleWeight, values.dtype);
  let weight = inDType(mask, values.dtype);
  if (reduction === "mean" || reduction === "sum_over_batch_size") {
    // Valid entries weigh total / valid, so that the mean over all entries becomes the mean over the valid ones.
    weight = divideNoNan(weight, mean(weight));
  }
  if (sampleWeight === null) return weight;
  const [masked, given] = toSameRank(weight, inDType(sampleWeight, values.dtype));
  return multiply(given, masked);
}

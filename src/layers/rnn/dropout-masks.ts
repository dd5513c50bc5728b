import type { SeedGenerator } from "../../graph/seed-generator.ts";
import { greaterEqual } from "../../ops/comparison.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { zeros } from "../../ops/creation.ts";
import { keyedUniform } from "../../ops/random.ts";
import { multiply } from "../../ops/arithmetic.ts";
import type { DType } from "../../ir/dtypes.ts";

/** A mask with which values are dropped out: zeros, and `1 / (1 - rate)` elsewhere. */
export function dropoutMask(
  shape: readonly number[],
  rate: number,
  seeds: SeedGenerator,
  dtype: DType,
): Tensor {
  if (rate >= 1) return zeros(shape, { dtype }) as Tensor; // SAFETY: a tensor of numbers
  const isKept = greaterEqual(keyedUniform(seeds.next(), shape), rate);
  return multiply(cast(isKept, dtype), 1 / (1 - rate)) as Tensor; // SAFETY: tensor in, tensor out
}

/** So many such masks. */
export function dropoutMasks(
  count: number,
  shape: readonly number[],
  rate: number,
  seeds: SeedGenerator,
  dtype: DType,
): readonly Tensor[] {
  return Array.from({ length: count }, () => dropoutMask(shape, rate, seeds, dtype));
}

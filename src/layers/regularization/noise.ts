import type { LayerOptions } from "../../graph/layer-base.ts";
import type { SeedGenerator } from "../../graph/seed-generator.ts";
import type { DType } from "../../ir/dtypes.ts";
import { formatShape } from "../../ir/shape.ts";
import { multiply } from "../../ops/arithmetic.ts";
import { greaterEqual } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { zerosLike } from "../../ops/creation.ts";
import { where } from "../../ops/indexing.ts";
import { keyedUniform } from "../../ops/random.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";

/** Options of layers that draw. */
export interface SeedOptions<D extends DType = DType> extends LayerOptions<D> {
  /** Default null: random, or given by `setRandomSeed`. */
  readonly seed?: number | null | undefined;
}

/** Checks the share of elements that is dropped, or a strength of noise: between 0 and 1. */
export function fraction(where: string, name: string, value: unknown): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw new OptionError(
    `${where}: expected \`${name}\` to be between 0 and 1, received ${JSON.stringify(value)}.`,
  );
}

/** Checks the shape of noise: sizes, and null for the input's own. */
export function checkedNoiseShape(where: string, shape: unknown): readonly (number | null)[] | null {
  if (shape === null || shape === undefined) return null;
  const isDim = (dim: unknown): boolean =>
    dim === null || (typeof dim === "number" && Number.isInteger(dim) && dim > 0);
  if (Array.isArray(shape) && shape.every(isDim)) return [...shape];
  throw new OptionError(
    `${where}: expected \`noiseShape\` to hold positive integers and nulls, received ${JSON.stringify(shape)}.`,
  );
}

/** The shape of the noise for an input; what it has of size 1 is shared along the axis. */
export function concreteNoiseShape(
  where: string,
  inputs: Tensor,
  shape: readonly (number | null)[] | null,
): readonly number[] {
  if (shape === null) return inputs.dims;
  const noise = shape.map((dim, axis) => dim ?? inputs.dims[axis] ?? 1);
  const fits =
    shape.length === inputs.dims.length && noise.every((dim, axis) => dim === 1 || dim === inputs.dims[axis]);
  if (fits) return noise;
  throw new ShapeError(
    `${where}: expected a noiseShape that broadcasts to ${formatShape(inputs.shape)}, received ${formatShape(shape)}. Use null or 1 on each axis.`,
  );
}

/** Zeroes a share `rate` of the elements and scales the others up, so that the sum keeps its expected value. */
export function dropout(
  inputs: Tensor,
  rate: number,
  shape: readonly number[],
  seeds: SeedGenerator,
): Tensor {
  if (rate >= 1) return zerosLike(inputs);
  const isKept = greaterEqual(keyedUniform(seeds.next(), shape), rate);
  return where(isKept, multiply(inputs, 1 / (1 - rate)), 0);
}

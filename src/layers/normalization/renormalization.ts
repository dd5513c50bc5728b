import type { Variable } from "../../graph/variable.ts";
import type { Initializer } from "../../initializers/initializer.ts";
import { relu } from "../../ops/activations.ts";
import { add, divide, maximum, minimum, multiply, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { clip, sqrt, square, stopGradient } from "../../ops/unary-math.ts";
import { OptionError } from "../../util/errors.ts";
import { checkOptions } from "../../util/options.ts";

/** What of a batch normalization its renormalization works on. */
interface Owner {
  readonly where: string;
  readonly epsilon: number;
  readonly momentum: number;
  readonly renormMomentum: number;
  readonly renormClipping: Clipping | null;
  readonly movingMeanInitializer: Initializer;
  readonly movingVarianceInitializer: Initializer;
  readonly movingMean: Variable;
  readonly movingVariance: Variable;
}

interface Clipping {
  readonly rmin?: number | null;
  readonly rmax?: number | null;
  readonly dmax?: number | null;
}

/** Checks the limits of the corrections. */
export function checkedClipping(clipping: Clipping): Clipping {
  checkOptions("BatchNormalization: renormClipping", clipping, ["rmin", "rmax", "dmax"]);
  const { rmin = null, rmax = null, dmax = null } = clipping;
  if (rmin !== null && rmax !== null && rmax < rmin) {
    throw new OptionError(
      `BatchNormalization: expected renormClipping.rmax >= rmin, received ${rmax} and ${rmin}.`,
    );
  }
  if (dmax !== null && dmax < 0)
    throw new OptionError(`BatchNormalization: expected renormClipping.dmax >= 0, received ${dmax}.`);
  return clipping;
}

/** Moves an average towards a value. */
export function move(average: Variable, value: Tensor, momentum: number): void {
  average.assign(add(multiply(average.value, momentum), multiply(value, 1 - momentum)));
}

/**
 * Batch renormalization: corrects a batch's statistics towards moving ones, without a gradient through the correction.
 *
 * @see Keras `layers/normalization/batch_normalization.py`; Ioffe (2017)
 */
export class Renormalization {
  readonly #owner: Owner;
  readonly #movingStddev: Variable;
  readonly #mean: Variable;
  readonly #stddev: Variable;

  constructor(owner: Owner, addStatistic: (name: string, initializer: Initializer) => Variable) {
    this.#owner = owner;
    const { movingMeanInitializer, movingVarianceInitializer } = owner;
    this.#movingStddev = addStatistic("moving_stddev", movingVarianceInitializer);
    this.#mean = addStatistic("renorm_mean", movingMeanInitializer);
    this.#stddev = addStatistic("renorm_stddev", movingVarianceInitializer);
    for (const variable of [this.#movingStddev, this.#stddev]) variable.assign(sqrt(variable.value));
  }

  /** gamma and beta that bring values of the batch to the scale of the moving statistics. */
  correct(
    mean: Tensor,
    variance: Tensor,
    gamma: Tensor | null,
    beta: Tensor | null,
  ): { readonly gamma: Tensor; readonly beta: Tensor } {
    const { epsilon, renormClipping } = this.#owner;
    const { rmin = null, rmax = null, dmax = null } = renormClipping ?? {};
    // Early in training the moving deviation may be near 0.
    const reference = maximum(this.#stddev.value, Math.sqrt(epsilon));
    let r: Tensor = divide(sqrt(add(variance, epsilon)), reference);
    let d: Tensor = divide(subtract(mean, this.#mean.value), reference);
    if (rmin !== null) r = maximum(r, rmin);
    if (rmax !== null) r = minimum(r, rmax);
    if (dmax !== null) d = clip(d, { xMin: -dmax, xMax: dmax });
    [r, d] = [stopGradient(r), stopGradient(d)];
    const shift: Tensor = gamma === null ? d : multiply(d, gamma);
    return { gamma: gamma === null ? r : multiply(r, gamma), beta: beta === null ? shift : add(shift, beta) };
  }

  /** Moves all statistics towards those of the batch. */
  update(mean: Tensor, variance: Tensor): void {
    const { epsilon, momentum, renormMomentum, movingMean, movingVariance } = this.#owner;
    const stddev: Tensor = sqrt(add(variance, epsilon));
    move(this.#mean, mean, renormMomentum);
    move(this.#stddev, stddev, renormMomentum);
    move(movingMean, mean, momentum);
    move(this.#movingStddev, stddev, momentum);
    movingVariance.assign(relu(subtract(square(this.#movingStddev.value), epsilon)));
  }
}

import type { Tensor } from "../ops/core/tensor.ts";
import { drawInPieces, keyedNormal } from "../ops/random.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { RandomInitializer } from "./random-initializer.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface RandomNormalOptions {
  /** Default 0. */
  readonly mean?: number | undefined;
  /** Default 0.05. */
  readonly stddev?: number | undefined;
  readonly seed?: number | null | undefined;
}

class RandomNormalClass extends RandomInitializer {
  static readonly className = "RandomNormal";
  static readonly parameters: ParameterTable = { mean: 0, stddev: 0.05, seed: null };

  readonly mean: number;
  readonly stddev: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<RandomNormalOptions>("RandomNormal", RandomNormalClass.parameters, args, []);
    super(given.seed ?? null);
    this.mean = given.mean ?? 0;
    this.stddev = given.stddev ?? 0.05;
  }

  protected override draw(key: Tensor, shape: readonly number[]): Tensor {
    return drawInPieces(keyedNormal, key, shape, this.mean, this.stddev);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { seed: this.seed, mean: this.mean, stddev: this.stddev };
  }
}

export type RandomNormal = RandomNormalClass;

export interface RandomNormalConstructor extends Constructor<
  RandomNormal,
  RandomNormalOptions,
  [mean: "mean", stddev: "stddev", seed: "seed"]
> {}

/**
 * Normal with a mean and a standard deviation.
 *
 * @see Keras `initializers/random_initializers.py`
 */
export const RandomNormal: RandomNormalConstructor = callable<
  typeof RandomNormalClass,
  RandomNormalConstructor
>(RandomNormalClass);

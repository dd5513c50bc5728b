import type { Tensor } from "../ops/core/tensor.ts";
import { drawInPieces, keyedTruncatedNormal } from "../ops/random.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { RandomInitializer } from "./random-initializer.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface TruncatedNormalOptions {
  /** Default 0. */
  readonly mean?: number | undefined;
  /** Default 0.05. */
  readonly stddev?: number | undefined;
  readonly seed?: number | null | undefined;
}

class TruncatedNormalClass extends RandomInitializer {
  static readonly className = "TruncatedNormal";
  static readonly parameters: ParameterTable = { mean: 0, stddev: 0.05, seed: null };

  readonly mean: number;
  readonly stddev: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<TruncatedNormalOptions>(
      "TruncatedNormal",
      TruncatedNormalClass.parameters,
      args,
      [],
    );
    super(given.seed ?? null);
    this.mean = given.mean ?? 0;
    this.stddev = given.stddev ?? 0.05;
  }

  protected override draw(key: Tensor, shape: readonly number[]): Tensor {
    return drawInPieces(keyedTruncatedNormal, key, shape, this.mean, this.stddev);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { seed: this.seed, mean: this.mean, stddev: this.stddev };
  }
}

export type TruncatedNormal = TruncatedNormalClass;

export interface TruncatedNormalConstructor extends Constructor<
  TruncatedNormal,
  TruncatedNormalOptions,
  [mean: "mean", stddev: "stddev", seed: "seed"]
> {}

/**
 * Normal with a mean and a standard deviation, cut to two standard deviations.
 *
 * @see Keras `initializers/random_initializers.py`
 */
export const TruncatedNormal: TruncatedNormalConstructor = callable<
  typeof TruncatedNormalClass,
  TruncatedNormalConstructor
>(TruncatedNormalClass);

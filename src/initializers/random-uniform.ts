import type { Tensor } from "../ops/core/tensor.ts";
import { drawInPieces, keyedUniform } from "../ops/random.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { RandomInitializer } from "./random-initializer.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface RandomUniformOptions {
  /** Default -0.05. */
  readonly minval?: number | undefined;
  /** Default 0.05. */
  readonly maxval?: number | undefined;
  readonly seed?: number | null | undefined;
}

class RandomUniformClass extends RandomInitializer {
  static readonly className = "RandomUniform";
  static readonly parameters: ParameterTable = { minval: -0.05, maxval: 0.05, seed: null };

  readonly minval: number;
  readonly maxval: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<RandomUniformOptions>(
      "RandomUniform",
      RandomUniformClass.parameters,
      args,
      [],
    );
    super(given.seed ?? null);
    this.minval = given.minval ?? -0.05;
    this.maxval = given.maxval ?? 0.05;
  }

  protected override draw(key: Tensor, shape: readonly number[]): Tensor {
    return drawInPieces(keyedUniform, key, shape, this.minval, this.maxval);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { seed: this.seed, minval: this.minval, maxval: this.maxval };
  }
}

export type RandomUniform = RandomUniformClass;

export interface RandomUniformConstructor extends Constructor<
  RandomUniform,
  RandomUniformOptions,
  [minval: "minval", maxval: "maxval", seed: "seed"]
> {}

/**
 * Uniform in `[minval, maxval)`.
 *
 * @see Keras `initializers/random_initializers.py`
 */
export const RandomUniform: RandomUniformConstructor = callable<
  typeof RandomUniformClass,
  RandomUniformConstructor
>(RandomUniformClass);

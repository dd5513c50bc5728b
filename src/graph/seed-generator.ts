import { add } from "../ops/arithmetic.ts";
import { Tensor } from "../ops/core/tensor.ts";
import type { Constructor } from "../util/argument-types.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { nextSeed } from "../util/seed.ts";
import { autoName, withNameScope } from "./naming.ts";
import { Variable } from "./variable.ts";

export interface SeedGeneratorOptions {
  /** Default: random, or given by `setRandomSeed`. */
  readonly seed?: number | null | undefined;
  readonly name?: string | null | undefined;
}

const seedParameters: ParameterTable = { seed: null, name: null };

class SeedGeneratorClass {
  readonly seed: number;
  readonly name: string;
  readonly state: Variable;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<SeedGeneratorOptions>("SeedGenerator", seedParameters, args, []);
    this.seed = given.seed ?? nextSeed();
    this.name = given.name ?? autoName("seed_generator");
    this.state = withNameScope(
      this.name,
      () =>
        new Variable(Tensor.fromData(new Uint32Array([this.seed, 0]), [2], "uint32"), {
          trainable: false,
          autocast: false,
          name: "seed_generator_state",
        }),
    );
  }

  /** The key for the next draw (uint32 `[2]`); advances the counter. */
  next(): Tensor {
    const key = this.state.value;
    this.state.assign(add(key, Tensor.fromData(new Uint32Array([0, 1]), [2], "uint32")));
    return key;
  }

  getConfig(): { readonly seed: number } {
    return { seed: this.seed };
  }
}

export type SeedGenerator = SeedGeneratorClass;

export interface SeedGeneratorConstructor extends Constructor<
  SeedGenerator,
  SeedGeneratorOptions,
  [seed: "seed", name: "name"]
> {}

/**
 * A seed that moves on with every draw, also inside compiled steps: its state is a variable `[seed, counter]`.
 *
 * @see Keras `random/seed_generator.py`
 */
export const SeedGenerator: SeedGeneratorConstructor = callable<
  typeof SeedGeneratorClass,
  SeedGeneratorConstructor
>(SeedGeneratorClass);

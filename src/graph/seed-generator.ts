import { add } from "../ops/arithmetic.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { nextSeed } from "../util/seed.ts";
import { autoName, withNameScope } from "./naming.ts";
import { Variable } from "./variable.ts";

/**
 * A seed that moves on with every draw, also inside compiled steps: its state is a variable `[seed, counter]`.
 *
 * @see Keras `random/seed_generator.py`
 */
export class SeedGenerator {
  readonly seed: number;
  readonly name: string;
  readonly state: Variable;

  constructor(seed?: number | null, options: { readonly name?: string } = {}) {
    this.seed = seed ?? nextSeed();
    this.name = options.name ?? autoName("seed_generator");
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

import { inDType } from "../ops/in-dtype.ts";
import { keyOf } from "../ops/random.ts";
import { outsideTrace } from "../ops/core/scope.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { nextSeed } from "../util/seed.ts";
import { type InitializeOptions, Initializer } from "./initializer.ts";

/** An initializer that draws: the same values at every call, given by its seed. */
export abstract class RandomInitializer extends Initializer {
  /** As given to the constructor: null where it was left to chance. */
  readonly seed: number | null;
  readonly #key: Tensor;

  constructor(seed: number | null) {
    super();
    this.seed = seed;
    this.#key = outsideTrace(() => keyOf(seed ?? nextSeed()));
  }

  /** The values in float32, for the seed's key (uint32 `[2]`). */
  protected abstract draw(key: Tensor, shape: readonly number[]): Tensor;

  override invoke(shape: readonly number[], { dtype = "float32" }: InitializeOptions = {}): Tensor {
    return inDType(this.draw(this.#key, shape), dtype);
  }
}

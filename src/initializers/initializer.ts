import type { DType } from "../ir/dtypes.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { Callable } from "../util/callable.ts";

/** Options of an initializer's call. */
export interface InitializeOptions {
  /** Default float32. */
  readonly dtype?: DType | undefined;
}

/**
 * Makes initial values: `HeNormal({ seed: 1 })([3, 4])`.
 *
 * @see Keras `initializers/initializer.py`
 */
export abstract class Initializer extends Callable {
  abstract override invoke(shape: readonly number[], options?: InitializeOptions): Tensor;

  /** The constructor's arguments, from which an equal initializer can be made. */
  getConfig(): Readonly<Record<string, unknown>> {
    return {};
  }
}

// eslint-disable-next-line typescript/no-unsafe-declaration-merging -- instances are callable; see Callable
export interface Initializer {
  (shape: readonly number[], options?: InitializeOptions): Tensor;
}

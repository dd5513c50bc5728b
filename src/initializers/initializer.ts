import type { DType } from "../ir/dtypes.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { Callable, callable } from "../util/callable.ts";

/** Options of an initializer's call. */
export interface InitializeOptions {
  /** Default float32. */
  readonly dtype?: DType | undefined;
}

interface InitializerBase {
  /** The values: what an initializer of one's own computes. */
  call?(shape: readonly number[], options?: InitializeOptions): Tensor;
  invoke(shape: readonly number[], options?: InitializeOptions): Tensor;
}

abstract class InitializerBase extends Callable {
  /** Where Keras has the built-in ones. */
  static readonly module: string = "keras.initializers";

  /** The constructor's arguments, from which an equal initializer can be made. */
  getConfig(): Readonly<Record<string, unknown>> {
    return {};
  }
}

export interface Initializer extends InitializerBase {
  (shape: readonly number[], options?: InitializeOptions): Tensor;
}

/** What stands for an initializer: the name of a built-in, an initializer, or a function of a shape. */
export type InitializerLike = string | ((shape: readonly number[], options: InitializeOptions) => Tensor);

export interface InitializerConstructor {
  (): Initializer;
  new (): Initializer;
}

/**
 * Makes initial values: `HeNormal({ seed: 1 })([3, 4])`. One of your own computes them in `call(shape, { dtype })`.
 *
 * @see Keras `initializers/initializer.py`
 */
export const Initializer: InitializerConstructor = callable<typeof InitializerBase, InitializerConstructor>(
  InitializerBase,
);

import type { TensorInput } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { Callable, callable } from "../util/callable.ts";

interface RegularizerBase {
  /** The penalty, a scalar: what a regularizer of one's own computes. */
  call?(x: TensorInput): Tensor;
  invoke(x: TensorInput): Tensor;
}

abstract class RegularizerBase extends Callable {
  /** Where Keras has the built-in ones. */
  static readonly module: string = "keras.regularizers";

  getConfig(): Readonly<Record<string, unknown>> {
    return {};
  }
}

export interface Regularizer extends RegularizerBase {
  (x: TensorInput): Tensor;
}

/** What stands for a regularizer: the name of a built-in, a regularizer, or a function of a weight. */
export type RegularizerLike = string | ((x: Tensor) => Tensor);

export interface RegularizerConstructor {
  (): Regularizer;
  new (): Regularizer;
}

/**
 * A penalty on a weight or an activity: a scalar for a tensor of any shape. One of your own computes it in `call(x)`.
 *
 * @see Keras `regularizers/regularizers.py`
 */
export const Regularizer: RegularizerConstructor = callable<typeof RegularizerBase, RegularizerConstructor>(
  RegularizerBase,
);

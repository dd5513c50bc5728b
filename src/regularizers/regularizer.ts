import type { TensorInput } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { Callable } from "../util/callable.ts";

/**
 * A penalty on a weight or an activity: a scalar for a tensor of any shape.
 *
 * @see Keras `regularizers/regularizers.py`
 */
export abstract class Regularizer extends Callable {
  abstract override invoke(x: TensorInput): Tensor;

  getConfig(): Readonly<Record<string, unknown>> {
    return {};
  }
}

// eslint-disable-next-line typescript/no-unsafe-declaration-merging -- instances are callable; see Callable
export interface Regularizer {
  (x: TensorInput): Tensor;
}

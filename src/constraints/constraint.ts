import type { TensorInput } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { Callable } from "../util/callable.ts";

/**
 * Keeps a weight within bounds: gives the nearest allowed value, applied after each update.
 *
 * @see Keras `constraints/constraints.py`
 */
export abstract class Constraint extends Callable {
  abstract override invoke(w: TensorInput): Tensor;

  getConfig(): Readonly<Record<string, unknown>> {
    return {};
  }
}

// eslint-disable-next-line typescript/no-unsafe-declaration-merging -- instances are callable; see Callable
export interface Constraint {
  (w: TensorInput): Tensor;
}

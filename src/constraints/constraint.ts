import type { TensorInput } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { Callable, callable } from "../util/callable.ts";

interface ConstraintBase {
  /** The nearest allowed value: what a constraint of one's own computes. */
  call?(w: TensorInput): Tensor;
  invoke(w: TensorInput): Tensor;
}

abstract class ConstraintBase extends Callable {
  /** Where Keras has the built-in ones. */
  static readonly module: string = "keras.constraints";

  getConfig(): Readonly<Record<string, unknown>> {
    return {};
  }
}

export interface Constraint extends ConstraintBase {
  (w: TensorInput): Tensor;
}

/** What stands for a constraint: the name of a built-in, a constraint, or a function of a weight. */
export type ConstraintLike = string | ((w: Tensor) => Tensor);

export interface ConstraintConstructor {
  (): Constraint;
  new (): Constraint;
}

/**
 * Keeps a weight within bounds: gives the nearest allowed value, applied after each update. One of your own computes it in
 * `call(w)`.
 *
 * @see Keras `constraints/constraints.py`
 */
export const Constraint: ConstraintConstructor = callable<typeof ConstraintBase, ConstraintConstructor>(
  ConstraintBase,
);

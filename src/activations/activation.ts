import type { TensorInput } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import type { Value } from "../ops/core/value.ts";

/** A function of one tensor, element by element or along an axis. Built-in ones know Keras's name for them. */
export interface Activation {
  (x: Tensor): Tensor;
  (x: TensorInput): Value;
  /** Keras's name (`"log_softmax"`), by which files refer to it; absent on users' own functions. */
  readonly identifier?: string;
}

/** A built-in's name, or a function; layers call it with tensors. */
export type ActivationLike = string | ((x: Tensor) => Value);

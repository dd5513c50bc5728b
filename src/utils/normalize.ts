import { divide, maximum, power } from "../ops/arithmetic.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sum } from "../ops/reductions.ts";
import { abs } from "../ops/unary-math.ts";

/**
 * Vectors scaled to norm 1 along an axis (zero vectors stay zero).
 *
 * @param axis - Default the last.
 * @param order - Of the norm. Default 2.
 * @see Keras `utils/numerical_utils.py`
 */
export function normalize(x: TensorInput, axis = -1, order = 2): Tensor {
  const value = toValue(x) as Tensor; // SAFETY: numbers in, tensor out
  const norm = power(sum(power(abs(value), order), { axis, keepdims: true }), 1 / order);
  return divide(value, maximum(norm, 1e-30)) as Tensor; // SAFETY: numbers in, tensor out
}

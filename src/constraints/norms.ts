import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sum } from "../ops/reductions.ts";
import { sqrt, square } from "../ops/unary-math.ts";

/** One axis or several, over which a norm is taken. */
export type NormAxis = number | readonly number[];

/** What is added to a norm before dividing by it. @see Keras `config.epsilon` */
export const normEpsilon = 1e-7;

/** A weight and its norms over an axis, which is kept with size 1. */
export function normsOf(input: TensorInput, axis: NormAxis): { readonly w: Tensor; readonly norms: Tensor } {
  const w = toValue(input) as Tensor; // SAFETY: the ops below take symbolic values as well
  return { w, norms: sqrt(sum(square(w), { axis, keepdims: true })) };
}

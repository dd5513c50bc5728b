/** The arithmetic of boxes: ops on tensors, with tensors for results. */
import { add, divide, maximum, minimum, multiply, subtract } from "../../../ops/arithmetic.ts";
import { toValue } from "../../../ops/core/convert.ts";
import type { Operand } from "../../../ops/core/signatures.ts";
import type { Tensor } from "../../../ops/core/tensor.ts";

/** What takes part in arithmetic. */
export type Term = Tensor | number;

/** A tensor of what a user gives. Traced and symbolic values have what is used of tensors here too. */
export function toTensor(given: Operand): Tensor {
  return toValue(given as Tensor) as Tensor; // SAFETY: `toValue` takes all operands, and refuses what is none
}

export function plus(a: Term, b: Term): Tensor {
  return add(a, b) as Tensor; // SAFETY: tensors in, tensor out; so below
}

export function minus(a: Term, b: Term): Tensor {
  return subtract(a, b) as Tensor; // SAFETY: as above
}

export function times(a: Term, b: Term): Tensor {
  return multiply(a, b) as Tensor; // SAFETY: as above
}

export function over(a: Term, b: Term): Tensor {
  return divide(a, b) as Tensor; // SAFETY: as above
}

export function larger(a: Term, b: Term): Tensor {
  return maximum(a, b) as Tensor; // SAFETY: as above
}

export function smaller(a: Term, b: Term): Tensor {
  return minimum(a, b) as Tensor; // SAFETY: as above
}

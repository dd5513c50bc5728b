import { add, multiply, subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { take } from "../../ops/taking.ts";

/** Each sample, as much as its weight says, and for the rest the one at its place in an order. */
export function mix(values: Tensor, weight: Tensor, order: Tensor): Tensor {
  const share = cast(weight, values.dtype);
  const others = take(values, order, { axis: 0 });
  return add(multiply(share, values), multiply(subtract(1, share), others)) as Tensor; // SAFETY: tensors in, tensor out
}

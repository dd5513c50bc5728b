import { add, divideNoNan } from "../ops/arithmetic.ts";
import type { Variable } from "../graph/variable.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { reshape } from "../ops/shape.ts";

/** `part / (part + rest)`, 0 where both are 0. */
export function shareOf(part: Variable, rest: Variable): Tensor {
  return divideNoNan(part, add(part, rest));
}

/** The only element as a scalar; several as they are. */
export function atFirstIfOnly(x: Tensor): Tensor {
  return x.size === 1 ? reshape(x, []) : x;
}

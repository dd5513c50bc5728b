import { type DType, isFloat } from "../../ir/dtypes.ts";
import * as p from "./primitives/index.ts";
import type { Var } from "../../ir/program.ts";
import { broadcastShapes } from "../../ir/shape.ts";
import { floatType, resultType } from "./promote.ts";
import { Tensor } from "./tensor.ts";

/** A traced value cast to a dtype. */
export function castTo(x: Var, dtype: DType): Var {
  return x.dtype === dtype ? x : p.cast(x, dtype);
}

/** Operands brought to one dtype (by promotion, or the given one) and broadcast to one shape. */
export function unify(where: string, tensors: readonly Tensor[], dtype: DType = resultType(tensors)): Var[] {
  const shape = tensors.map((x) => x.dims).reduce((a, b) => broadcastShapes(a, b, where));
  return tensors.map((x) => p.broadcast(castTo(x.traced, dtype), shape));
}

/** An operand in the float dtype in which functions such as `exp` compute. */
export function asFloat(x: Tensor): Var {
  return castTo(x.traced, isFloat(x.dtype) ? x.dtype : floatType(x.dtype));
}

export function wrap(value: Var): Tensor {
  return Tensor.traced(value);
}

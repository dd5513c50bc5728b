import type { DType } from "../ir/dtypes.ts";
import { cast } from "./cast.ts";
import type { Tensor } from "./core/tensor.ts";

/** A tensor in a dtype; itself where it is of that dtype already. */
export function inDType(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : (cast(x, dtype) as Tensor); // SAFETY: tensor in, tensor out
}

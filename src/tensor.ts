import "./ops/methods.ts";
import {
  isTensorHolder,
  makeTensor,
  type NestedArray,
  type TensorHolder,
  type TensorOptions,
} from "./ops/core/convert.ts";
import type { TypedArray } from "./ir/dtypes.ts";
import { Tensor } from "./ops/core/tensor.ts";
import { cast } from "./ops/cast.ts";
import { reshape } from "./ops/shape.ts";

/**
 * A tensor of nested numbers, of a typed array with a shape, or of a tensor or variable.
 *
 * @throws {DataError} when the nesting is ragged or holds something other than numbers.
 * @throws {ShapeError} when the shape does not hold as many elements as there are.
 * @example
 * const t = tensor([[1, 2], [3, 4]]); // t.shape → [2, 2], t.dtype → "float32"
 */
export function tensor(
  values: NestedArray | TypedArray | Tensor | TensorHolder,
  options: TensorOptions = {},
): Tensor {
  if (values instanceof Tensor || isTensorHolder(values)) {
    const given = values instanceof Tensor ? values : values.toTensor();
    const { dtype = given.dtype, shape } = options;
    const shaped = shape === undefined ? given : reshape(given, shape);
    return (shaped.dtype === dtype ? shaped : cast(shaped, dtype)) as Tensor; // SAFETY: tensor in, tensor out
  }
  return makeTensor(values, options);
}

import { makeTensor, type NestedArray, type TensorOptions } from "./ops/core/convert.ts";
import type { TypedArray } from "./ir/dtypes.ts";
import type { Tensor } from "./ops/core/tensor.ts";

/**
 * A tensor of nested numbers, or of a typed array with a shape.
 *
 * @throws {DataError} when the nesting is ragged or holds something other than numbers.
 * @throws {ShapeError} when the shape does not hold as many elements as there are.
 * @example
 * const t = tensor([[1, 2], [3, 4]]); // t.shape → [2, 2], t.dtype → "float32"
 */
export function tensor(values: NestedArray | TypedArray, options: TensorOptions = {}): Tensor {
  return makeTensor(values, options);
}

import "./ops/methods.ts";
import {
  isTensorHolder,
  makeTensor,
  type NestedArray,
  type TensorHolder,
  type TensorOptions,
} from "./ops/core/convert.ts";
import type { DType, TypedArray } from "./ir/dtypes.ts";
import type { Shape } from "./ir/shape-types/index.ts";
import { Tensor } from "./ops/core/tensor.ts";
import { cast } from "./ops/cast.ts";
import { reshape } from "./ops/shape.ts";
import { checkOptions } from "./util/options.ts";

type TensorSource = NestedArray | TypedArray | Tensor | TensorHolder;

/**
 * A tensor of nested numbers, of a typed array with a shape, or of a tensor or variable. The shape and dtype that are given
 * stand in its type.
 *
 * @throws {DataError} when the nesting is ragged or holds something other than numbers.
 * @throws {ShapeError} when the shape does not hold as many elements as there are.
 * @example
 * const t = tensor([[1, 2], [3, 4]]); // t.shape → [2, 2], t.dtype → "float32"
 */
export function tensor<const S extends readonly number[], const D extends DType = DType>(
  values: TensorSource,
  options: { readonly shape: S; readonly dtype?: D | undefined },
): Tensor<S, D>;
export function tensor<const D extends DType>(
  values: TensorSource,
  options: { readonly shape?: undefined; readonly dtype: D },
): Tensor<Shape, D>;
export function tensor(values: TensorSource, options?: TensorOptions): Tensor;
export function tensor(values: TensorSource, options: TensorOptions = {}): Tensor {
  checkOptions("tensor", options, ["dtype", "shape"]);
  if (values instanceof Tensor || isTensorHolder(values)) {
    const given = values instanceof Tensor ? values : values.toTensor();
    const { dtype = given.dtype, shape } = options;
    const shaped = shape === undefined ? given : reshape(given, shape);
    return (shaped.dtype === dtype ? shaped : cast(shaped, dtype)) as Tensor; // SAFETY: tensor in, tensor out
  }
  return makeTensor(values, options);
}

import type { DType } from "../../ir/dtypes.ts";
import { multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { multiHot, oneHot } from "../../ops/indexing.ts";
import { sum } from "../../ops/reductions.ts";
import { expandDims, reshape } from "../../ops/shape.ts";

export const outputModes = ["int", "one_hot", "multi_hot", "count"] as const;

export type OutputMode = (typeof outputModes)[number];

/** Category numbers in another form. @see Keras `utils/numerical_utils.py` */
export function encode(
  given: Tensor,
  mode: OutputMode,
  depth: number,
  dtype: DType,
  weights: Tensor | null = null,
): Tensor {
  if (mode === "int") return cast(given, dtype) as Tensor; // SAFETY: tensor in, tensor out
  const numbers = given.dims.length === 0 ? (reshape(given, [1]) as Tensor) : given; // SAFETY: as above
  const { dims } = numbers;
  switch (mode) {
    case "multi_hot":
      return multiHot(numbers, { numClasses: depth, dtype }) as Tensor; // SAFETY: as above
    case "one_hot": {
      // A last axis of size 1 gives way to the categories.
      const flat = dims.length > 1 && dims.at(-1) === 1 ? reshape(numbers, dims.slice(0, -1)) : numbers;
      return oneHot(flat as Tensor, depth, { dtype }) as Tensor; // SAFETY: as above
    }
    case "count": {
      const hot = oneHot(numbers, depth, { dtype: weights?.dtype ?? dtype }) as Tensor; // SAFETY: as above
      const counted = weights === null ? hot : multiply(hot, expandDims(weights, -1));
      return sum(counted as Tensor, { axis: dims.length > 1 ? 1 : 0 }) as Tensor; // SAFETY: as above
    }
  }
}

import { Constant } from "../../initializers/constant.ts";
import { multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { greater } from "../../ops/comparison.ts";
import { makeTensor } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { mean } from "../../ops/reductions.ts";
import { absolute, sign } from "../../ops/unary-math.ts";
import { packTernary, unpackTernary } from "../../quantizers/packing.ts";
import { invariant } from "../../util/errors.ts";
import { type Encoding, fixedWeight } from "./encoding.ts";

/** A byte of five zeros. */
const zeros = 121;

/**
 * A kernel of −1, 0 and 1, five in a byte along its inputs, and one scale.
 *
 * @param threshold - Sizes up to it count as 0, and the scale is 1. Null: half the mean size, and the scale is that size.
 * @see Keras `layers/core/ternary_dense.py`
 */
export function ternaryEncoding(
  [inputs, units]: readonly [number, number],
  threshold: number | null,
): Encoding {
  return {
    shape: [inputs, units],
    parts: [
      fixedWeight("kernel", [Math.ceil(inputs / 5), units], { dtype: "uint8", initializer: Constant(zeros) }),
      fixedWeight("kernel_scale", [], { initializer: "ones" }),
    ],
    encode(kernel) {
      const size = absolute(kernel) as Tensor; // SAFETY: tensors in, tensors out
      const average = mean(size) as Tensor; // SAFETY: as above
      const limit = threshold ?? (multiply(average, 0.5) as Tensor); // SAFETY: as above
      const isLarge = cast(greater(size, limit), kernel.dtype) as Tensor; // SAFETY: as above
      const [packed] = packTernary(multiply(sign(kernel), isLarge) as Tensor); // SAFETY: as above
      return [packed, threshold === null ? average : makeTensor(1)];
    },
    decode([packed, scale]) {
      invariant(packed !== undefined && scale !== undefined, "integers come with their scale");
      return multiply(cast(unpackTernary(packed, inputs), scale.dtype), scale) as Tensor; // SAFETY: as above
    },
  };
}

import type { Variable } from "../../graph/variable.ts";
import { Constant } from "../../initializers/constant.ts";
import { divide, multiply, subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { makeTensor } from "../../ops/core/convert.ts";
import { reshape, transpose } from "../../ops/shape.ts";
import { take } from "../../ops/taking.ts";
import { AbsMaxQuantizer } from "../../quantizers/abs-max.ts";
import { absMaxQuantizeGroupedWithZeroPoint } from "../../quantizers/grouped.ts";
import { packInt4, unpackInt4 } from "../../quantizers/packing.ts";
import { invariant } from "../../util/errors.ts";
import { beside, type Encoding, fixedWeight } from "./encoding.ts";

export interface Int4Layout {
  readonly name: string;
  /** The weight as a matrix. */
  readonly shape: readonly [number, number];
  /** The axis along which numbers have a scale together; −1 is the last. */
  readonly axis: 0 | -1;
  /** The axis along which two share a byte. */
  readonly packAxis: 0 | -1;
  /** How many have a scale and a zero point together; null: all along the axis. */
  readonly blockSize: number | null;
  readonly quantizer: AbsMaxQuantizer | null;
  /** Which block each number belongs to, where another weight of the layer keeps that. Default: a variable of its own, `g_idx`. */
  readonly blocks?: () => Variable | null;
  /** Dtype of the zero points. Default `"int8"`; null: the layer's. */
  readonly zeroDtype?: null;
}

/**
 * Integers of 4 bits, two in a byte: by blocks `(integer − zero) · scale`, or by whole outputs `integer / scale`.
 *
 * @see Keras `layers/core/dense.py`, `_int4_build`
 */
export function int4Encoding(layout: Int4Layout): Encoding {
  return layout.blockSize === null ? byOutputs(layout) : byBlocks(layout, layout.blockSize);
}

function packedShape({ shape: [n, m], packAxis }: Int4Layout): readonly number[] {
  return packAxis === 0 ? [Math.ceil(n / 2), m] : [n, Math.ceil(m / 2)];
}

function integersOf(packed: Tensor, { shape: [n, m], packAxis }: Int4Layout, like: Tensor): Tensor {
  const unpacked = unpackInt4(packed, packAxis === 0 ? n : m, { axis: packAxis });
  return cast(unpacked, like.dtype) as Tensor; // SAFETY: tensors in, tensors out
}

function byOutputs(layout: Int4Layout): Encoding {
  const { name, shape, axis, packAxis } = layout;
  const scaleShape = [axis === 0 ? shape[1] : shape[0]];
  const quantizer = layout.quantizer ?? AbsMaxQuantizer({ valueRange: [-8, 7] });
  return {
    shape,
    parts: [
      fixedWeight(name, packedShape(layout), { dtype: "int8" }),
      fixedWeight(`${name}_scale`, scaleShape, { initializer: "ones" }),
    ],
    encode(weight) {
      const [integers, scale] = quantizer(weight, { axis: quantizer.axis ?? axis });
      return [packInt4(integers, { axis: packAxis })[0], reshape(scale, scaleShape) as Tensor]; // SAFETY: tensors in, tensors out
    },
    decode([packed, scale]) {
      invariant(packed !== undefined && scale !== undefined, "integers come with their scales");
      return divide(integersOf(packed, layout, scale), axis === 0 ? scale : beside(scale)) as Tensor; // SAFETY: as above
    },
  };
}

function byBlocks(layout: Int4Layout, blockSize: number): Encoding {
  const { name, shape, axis, packAxis, blocks } = layout;
  const [length, others] = axis === 0 ? shape : [shape[1], shape[0]];
  const count = Math.ceil(length / blockSize);
  const scaleShape = axis === 0 ? [count, others] : [others, count];
  // Blocks lie along rows.
  const turned = (x: Tensor): Tensor => (axis === 0 ? x : (transpose(x) as Tensor)); // SAFETY: tensors in, tensors out
  const places = Array.from({ length }, (_, i) => Math.floor(i / blockSize));
  const own = fixedWeight("g_idx", [length], { dtype: "float32", initializer: Constant(places) });
  return {
    shape,
    parts: [
      fixedWeight(name, packedShape(layout), { dtype: "int8" }),
      fixedWeight(`${name}_scale`, scaleShape, { initializer: "ones" }),
      fixedWeight(`${name}_zero`, scaleShape, layout.zeroDtype === null ? {} : { dtype: "int8" }),
      ...(blocks === undefined ? [own] : []),
    ],
    encode(weight) {
      const options = { toNumpy: true };
      const [integers, scale, zero] = absMaxQuantizeGroupedWithZeroPoint(turned(weight), blockSize, options);
      return [packInt4(turned(integers), { axis: packAxis })[0], turned(scale), turned(zero)];
    },
    decode([packed, scale, zero, given]) {
      invariant(
        packed !== undefined && scale !== undefined && zero !== undefined,
        "integers come with their scales",
      );
      const numbers = cast(given ?? blocks?.()?.value ?? makeTensor(places), "int32") as Tensor; // SAFETY: as above
      const each = (values: Tensor): Tensor => take(values, numbers, { axis }) as Tensor; // SAFETY: as above
      const zeros = cast(each(zero), scale.dtype) as Tensor; // SAFETY: as above
      return multiply(subtract(integersOf(packed, layout, scale), zeros), each(scale)) as Tensor; // SAFETY: as above
    },
  };
}

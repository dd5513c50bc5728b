import type { DType } from "../ir/dtypes.ts";
import { divide, multiply } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { greater, greaterEqual, isfinite } from "../ops/comparison.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { slice } from "../ops/blocks.ts";
import { where } from "../ops/indexing.ts";
import { concatenate } from "../ops/joining.ts";
import { max } from "../ops/reductions.ts";
import { reshape } from "../ops/shape.ts";
import { absolute, clip, reciprocal, round } from "../ops/unary-math.ts";
import { oneOf } from "../util/options.ts";

interface Float8Format {
  readonly mantissaBits: number;
  /** The exponents of normal numbers, and the largest number. */
  readonly least: number;
  readonly most: number;
  readonly max: number;
}

/** Formats of floats in 8 bits. @see "FP8 formats for deep learning", Micikevicius et al. 2022, table 1 */
const names = ["float8_e4m3fn", "float8_e5m2"] as const;
/** A format of floats in 8 bits. */
export type Float8 = (typeof names)[number];

const formats: Readonly<Record<Float8, Float8Format>> = {
  float8_e4m3fn: { mantissaBits: 3, least: -6, most: 8, max: 448 },
  float8_e5m2: { mantissaBits: 2, least: -14, most: 15, max: 57_344 },
};

/** The largest number that a format has. */
export function float8Max(format: Float8): number {
  return formats[format].max;
}

/** Floats rounded to the nearest of 8 bits, ties to the even one, within the format's largest. */
function roundToFloat8(x: Tensor, format: Float8): Tensor {
  const { max: largest } = formats[format];
  return roundTo(clip(x, -largest, largest) as Tensor, formats[format]); // SAFETY: tensors in, tensors out
}

/** Floats rounded to the nearest bfloat16, in whatever precision the backend computes. */
export function roundToBfloat16(x: Tensor): Tensor {
  return roundTo(x, { mantissaBits: 7, least: -126, most: 127 });
}

/**
 * Floats rounded to so many bits, ties to even. Every step is exact but the rounding itself: the power of two below each
 * is found by bisection.
 */
function roundTo(x: Tensor, { mantissaBits, least, most }: Omit<Float8Format, "max">): Tensor {
  const size = absolute(x) as Tensor; // SAFETY: tensors in, tensors out
  // Numbers below the least normal one have the same steps as that.
  let power: Tensor | number = 2 ** least;
  for (let bit = 2 ** Math.floor(Math.log2(most - least)); bit >= 1; bit /= 2) {
    const next: Tensor | number =
      typeof power === "number" ? power * 2 ** bit : (multiply(power, 2 ** bit) as Tensor); // SAFETY: as above
    power = where(greaterEqual(size, next) as Tensor, next, power) as Tensor; // SAFETY: as above
  }
  const step = multiply(power, 2 ** -mantissaBits) as Tensor; // SAFETY: as above
  return multiply(round(divide(x, step)), step) as Tensor; // SAFETY: as above
}

/**
 * Floats rounded to 8 bits and back: `scale · round(inputs / scale)`.
 *
 * @param quantizedDtype - `"float8_e4m3fn"` or `"float8_e5m2"`.
 * @see Keras `quantizers/quantizers.py`, `quantize_and_dequantize`
 */
export function quantizeAndDequantize(
  inputs: TensorInput,
  scale: TensorInput,
  quantizedDtype: Float8,
  computeDtype: DType,
): Tensor {
  const format = oneOf("quantizeAndDequantize", "quantizedDtype", quantizedDtype, names);
  const width = cast(toValue(scale), computeDtype) as Tensor; // SAFETY: quantizers take tensors, no symbolic ones
  const quotient = divide(toValue(inputs), width) as Tensor; // SAFETY: as above
  const rounded = roundToFloat8(cast(quotient, "float32") as Tensor, format); // SAFETY: as above
  return multiply(cast(rounded, computeDtype), width) as Tensor; // SAFETY: as above
}

/**
 * The scale by which numbers up to `amax` fit a dtype up to `dtypeMax`: `amax · 2^margin / dtypeMax`; the present one where
 * `amax` is 0 or not finite.
 *
 * @see Keras `quantizers/quantizers.py`, `compute_float8_scale`
 */
export function computeFloat8Scale(
  amax: TensorInput,
  scale: TensorInput,
  dtypeMax: TensorInput,
  margin: number = 0,
): Tensor {
  const largest = toValue(amax) as Tensor; // SAFETY: quantizers take tensors, no symbolic ones
  const present = reciprocal(toValue(scale)) as Tensor; // SAFETY: as above
  const wanted = divide(divide(toValue(dtypeMax), largest), 2 ** margin) as Tensor; // SAFETY: as above
  const positive: Tensor = where(greater(largest, 0) as Tensor, wanted, present) as Tensor; // SAFETY: as above
  return reciprocal(where(isfinite(largest) as Tensor, positive, present)) as Tensor; // SAFETY: as above
}

/**
 * The history of largest absolute values, moved on by that of `x`: rolled by −1, and the newest in the first place.
 *
 * @see Keras `quantizers/quantizers.py`, `compute_float8_amax_history`
 */
export function computeFloat8AmaxHistory(x: TensorInput, amaxHistory: TensorInput): Tensor {
  const history = toValue(amaxHistory) as Tensor; // SAFETY: quantizers take tensors, no symbolic ones
  const size = max(absolute(toValue(x))) as unknown as Tensor; // SAFETY: as above
  const largest = cast(size, history.dtype) as Tensor; // SAFETY: as above
  const parts: Tensor[] = [reshape(largest, [1])];
  if (history.size > 2) parts.push(slice(history, [2], [history.size - 2]) as Tensor); // SAFETY: as above
  if (history.size > 1) parts.push(slice(history, [0], [1]) as Tensor); // SAFETY: as above
  return concatenate(parts, { axis: 0 }) as Tensor; // SAFETY: as above
}

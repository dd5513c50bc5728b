import type { DType } from "../ir/dtypes.ts";
import { formatShape } from "../ir/shape.ts";
import { add, divide, subtract } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { equal, lessEqual } from "../ops/comparison.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { where } from "../ops/indexing.ts";
import { pad } from "../ops/rearranging.ts";
import { max, min } from "../ops/reductions.ts";
import { expandDims, reshape } from "../ops/shape.ts";
import { slice } from "../ops/blocks.ts";
import { clip, negative, round } from "../ops/unary-math.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { bindArguments } from "../util/options.ts";
import type { ValueRange } from "./abs-max.ts";

export interface GroupedOptions {
  /** Default `[-8, 7]`. */
  readonly valueRange?: ValueRange;
  /** Default `"int8"`. */
  readonly dtype?: DType;
  /** Default 1e-7. */
  readonly epsilon?: number;
  /**
   * Whether to treat what has no width as Keras does when it quantizes layers: the last group is filled up with zeros even
   * when it is the only one, and a group of equal numbers keeps its own scale. Default false.
   */
  readonly toNumpy?: boolean;
}

/** Integers `[n, m]`, and for each group of rows the width of a step `[groups, m]` and which integer stands for 0. */
export type GroupedIntegers = readonly [integers: Tensor, scale: Tensor, zeroPoint: Tensor];

/**
 * Quantizes a matrix by groups of `blockSize` rows, each with a step and a zero point for each column, so that the integers
 * reach from the group's least to its largest number: `integer = round(x / scale) + zero`.
 *
 * @throws {ShapeError} for another rank than 2.
 * @see Keras `quantizers/quantizers.py`, `abs_max_quantize_grouped_with_zero_point`
 */
export function absMaxQuantizeGroupedWithZeroPoint(
  inputs: TensorInput,
  blockSize: number,
  options: GroupedOptions = {},
): GroupedIntegers {
  const where_ = "absMaxQuantizeGroupedWithZeroPoint";
  const names = ["inputs", "blockSize", "valueRange", "dtype", "epsilon", "toNumpy"];
  const given = bindArguments(where_, names, [inputs, blockSize, options]) as GroupedOptions; // SAFETY: names are checked
  const { valueRange = [-8, 7], dtype = "int8", epsilon = 1e-7, toNumpy = false } = given;
  const x = toValue(inputs) as Tensor; // SAFETY: quantizers take tensors, no symbolic ones
  const [rows, columns] = x.dims;
  if (rows === undefined || columns === undefined || x.dims.length !== 2)
    throw new ShapeError(`${where_}: expected a matrix, received ${formatShape(x.dims)}.`);
  if (!(Number.isInteger(blockSize) && blockSize > 0))
    throw new OptionError(
      `${where_}: expected \`blockSize\` to be a positive integer, received ${JSON.stringify(blockSize)}.`,
    );
  const groups = Math.ceil(rows / blockSize);
  const padding = [
    [0, groups * blockSize - rows],
    [0, 0],
  ] as const;
  const grouped: Tensor = reshape(pad(x, padding) as Tensor, [groups, blockSize, columns]); // SAFETY: tensors in, tensors out
  const isWhole = groups === 1 && !toNumpy;
  const of = isWhole ? (expandDims(x, 0) as Tensor) : grouped; // SAFETY: as above
  const [least, largest] = [min(of, { axis: 1 }) as Tensor, max(of, { axis: 1 }) as Tensor]; // SAFETY: as above
  const [scale, zero] = scaleAndZero(least, largest, valueRange, epsilon, toNumpy);
  const steps: Tensor = round(divide(grouped, expandDims(scale, 1) as Tensor)); // SAFETY: as above
  const integers: Tensor = clip(add(steps, expandDims(zero, 1) as Tensor), valueRange[0], valueRange[1]); // SAFETY: as above
  const flat: Tensor = reshape(integers, [groups * blockSize, columns]);
  return [
    cast(slice(flat, [0, 0], [rows, columns]) as Tensor, dtype) as Tensor, // SAFETY: as above
    scale,
    cast(zero, "int8") as Tensor, // SAFETY: as above
  ];
}

/** The width of a step, and the integer that stands for 0, so that `[least, largest]` becomes the range. */
function scaleAndZero(
  least: Tensor,
  largest: Tensor,
  [lowest, highest]: ValueRange,
  epsilon: number,
  toNumpy: boolean,
): readonly [scale: Tensor, zero: Tensor] {
  const isFlat = equal(least, largest) as Tensor; // SAFETY: tensors in, tensors out
  const from: Tensor = toNumpy ? least : where(isFlat, subtract(least, 1), least);
  const to: Tensor = toNumpy ? largest : where(isFlat, add(largest, 1), largest);
  const width: Tensor = divide(add(subtract(to, from), epsilon), highest - lowest);
  const scale: Tensor = toNumpy ? width : where(lessEqual(width, 0), 1e-8, width);
  const zero: Tensor = clip(add(round(divide(negative(from), scale)), lowest), lowest, highest);
  return [scale, zero];
}

import type { DType } from "../ir/dtypes.ts";
import { add, divide, multiply } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { max } from "../ops/reductions.ts";
import { absolute, clip, round } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { bindArguments } from "../util/options.ts";
import { type ParameterTable, bindParameters } from "../util/parameters.ts";
import { QuantizerBase, type Quantized } from "./quantizer.ts";

/** The smallest and the largest integer. */
export type ValueRange = readonly [least: number, largest: number];

/** One axis, or several. */
export type Axes = number | readonly number[];

export interface AbsMaxOptions {
  /** Default `[-127, 127]`. */
  readonly valueRange?: ValueRange;
  /** Default `"int8"`. */
  readonly dtype?: DType;
  /** Kept away from division by zero. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Integers `round(x · scale)` within a range, with `scale = largest / (max|x| + ε)` over the axes, which stay with size 1.
 *
 * @see Keras `quantizers/quantizers.py`, `abs_max_quantize`
 */
export function absMaxQuantize(inputs: TensorInput, axis: Axes, options: AbsMaxOptions = {}): Quantized {
  const given = bindArguments(
    "absMaxQuantize",
    ["inputs", "axis", "valueRange", "dtype", "epsilon"],
    [inputs, axis, options],
  ) as AbsMaxOptions; // SAFETY: names are checked, values by the ops
  const { valueRange = [-127, 127], dtype = "int8", epsilon = 1e-7 } = given;
  const x = toValue(inputs) as Tensor; // SAFETY: quantizers take tensors, no symbolic ones
  const scale: Tensor = absMaxScale(x, axis, valueRange, epsilon);
  const rounded: Tensor = clip(round(multiply(x, scale)), valueRange[0], valueRange[1]);
  return [cast(rounded, dtype) as Tensor, scale]; // SAFETY: tensors in, tensors out
}

/** `largest / (max|x| + ε)` over the axes, in the dtype of `x`. */
export function absMaxScale(x: Tensor, axis: Axes, valueRange: ValueRange, epsilon: number): Tensor {
  const axes = typeof axis === "number" ? [axis] : axis;
  const largest: Tensor = max(absolute(x), { axis: axes, keepdims: true });
  return cast(divide(valueRange[1], add(largest, epsilon)), x.dtype) as Tensor; // SAFETY: tensors in, tensors out
}

export interface AbsMaxQuantizerOptions {
  /** Default: that of the call, or the last. */
  readonly axis?: Axes | null | undefined;
  /** Default `[-127, 127]`. */
  readonly valueRange?: ValueRange | undefined;
  /** Default 1e-7. */
  readonly epsilon?: number | undefined;
  /** Default `"int8"`. */
  readonly outputDtype?: DType | undefined;
}

class AbsMaxQuantizerClass extends QuantizerBase {
  static override readonly className = "AbsMaxQuantizer";
  static override readonly parameters: ParameterTable = {
    axis: null,
    valueRange: [-127, 127],
    epsilon: 1e-7,
    outputDtype: "int8",
  };
  /** The axes over which the largest is sought; null: those of the call. */
  readonly axis: readonly number[] | null;
  readonly valueRange: ValueRange;
  readonly epsilon: number;

  constructor(...args: readonly unknown[]) {
    super(...args);
    type Given = { readonly axis: Axes | null; readonly valueRange: ValueRange; readonly epsilon: number };
    const { parameters } = AbsMaxQuantizerClass;
    const { axis, valueRange, epsilon } = bindParameters<Given>("AbsMaxQuantizer", parameters, args, []);
    this.axis = typeof axis === "number" ? [axis] : axis;
    if (!(Array.isArray(valueRange) && valueRange.length === 2 && valueRange.every(Number.isFinite)))
      throw new OptionError(
        `AbsMaxQuantizer: expected \`valueRange\` to be two numbers, received ${JSON.stringify(valueRange)}.`,
      );
    if (this.outputDtype === "int8" && (valueRange[0] < -128 || valueRange[1] > 127))
      throw new OptionError(
        `AbsMaxQuantizer: expected \`valueRange\` within [-128, 127], as int8 has it, received ${JSON.stringify(valueRange)}.`,
      );
    this.valueRange = [valueRange[0], valueRange[1]];
    this.epsilon = epsilon;
  }

  override invoke(x: TensorInput, options: { readonly axis?: Axes | null } | Axes = {}): Quantized {
    const { axis = null } = typeof options === "number" || isList(options) ? { axis: options } : options;
    const { valueRange, epsilon, outputDtype: dtype } = this;
    return absMaxQuantize(x, axis ?? this.axis ?? -1, { valueRange, epsilon, dtype });
  }

  /** What is left of floats that are rounded to such integers and back. */
  rounded(x: Tensor, axis: Axes): Tensor {
    const [least, largest] = this.valueRange;
    const scale = absMaxScale(x, axis, this.valueRange, this.epsilon);
    return divide(clip(round(multiply(x, scale)), least, largest), scale);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    const { valueRange, epsilon, outputDtype, axis } = this;
    return { valueRange, epsilon, outputDtype, ...(axis === null ? {} : { axis }) };
  }
}

function isList(value: unknown): value is readonly number[] {
  return Array.isArray(value);
}

export interface AbsMaxQuantizer extends AbsMaxQuantizerClass {
  (x: TensorInput, options?: { readonly axis?: Axes | null } | Axes): Quantized;
}

export interface AbsMaxQuantizerConstructor {
  (options?: AbsMaxQuantizerOptions): AbsMaxQuantizer;
  (axis: Axes | null, options?: Omit<AbsMaxQuantizerOptions, "axis">): AbsMaxQuantizer;
  new (options?: AbsMaxQuantizerOptions): AbsMaxQuantizer;
  new (axis: Axes | null, options?: Omit<AbsMaxQuantizerOptions, "axis">): AbsMaxQuantizer;
  fromConfig(config: Readonly<Record<string, unknown>>): AbsMaxQuantizer;
}

/**
 * Quantizes by the largest absolute value along axes: called on floats it gives integers and their scale.
 *
 * @throws {OptionError} for a range that the dtype does not have.
 * @see Keras `quantizers/quantizers.py`
 */
export const AbsMaxQuantizer: AbsMaxQuantizerConstructor = /* @__PURE__ */ callable<
  typeof AbsMaxQuantizerClass,
  AbsMaxQuantizerConstructor
>(AbsMaxQuantizerClass);

import type { LayerBase, WeightOptions } from "../../graph/layer-base.ts";
import type { StoredVariables, VariableStore } from "../../graph/stored-operation.ts";
import type { Variable } from "../../graph/variable.ts";
import { add, divide, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { max } from "../../ops/reductions.ts";
import { abs, clip, round, stopGradient } from "../../ops/unary-math.ts";
import { subtract } from "../../ops/arithmetic.ts";
import { isPlainObject } from "../../util/options.ts";
import { AntlerError, OptionError } from "../../util/errors.ts";

/** Keras's description of how a layer is quantized, as files have it. */
export type QuantizationConfig = Readonly<Record<string, unknown>>;

/** The largest size of a weight or an input. */
const limit = 127;

/** Options of a weight that is kept as 8-bit integers: not trained, and without what training needs. */
export function asInt8({ name, shape }: WeightOptions): WeightOptions {
  return { name, shape, initializer: "zeros", dtype: "int8", trainable: false };
}

/** A weight in floats again: `integers / scale`. */
export function dequantized(integers: Variable, scale: Tensor): Tensor {
  return divide(cast(integers.value, scale.dtype) as Tensor, scale); // SAFETY: tensors in, tensors out
}

/**
 * Inputs as 8-bit integers can tell them: `round(x · s) / s` with `s = 127 / (max|x| + ε)` over the axes that are summed.
 *
 * Gradients pass as if nothing had been rounded.
 *
 * @see Keras `quantizers/quantizers.py`, `abs_max_quantize`
 */
export function roundedInputs(x: Tensor, axes: readonly number[], config: QuantizationConfig): Tensor {
  const epsilon = activationEpsilon(config);
  if (epsilon === null) return x;
  const largest = max(abs(x), { axis: axes, keepdims: true }) as Tensor; // SAFETY: tensors in, tensors out
  const scale = divide(limit, add(largest, epsilon)) as Tensor; // SAFETY: as above
  const rounded = divide(clip(round(multiply(x, scale)), -limit, limit), scale) as Tensor; // SAFETY: as above
  return add(x, stopGradient(subtract(rounded, x))) as Tensor; // SAFETY: as above
}

/** The ε of the quantizer of inputs; null where inputs are left as they are. */
function activationEpsilon(config: QuantizationConfig): number | null {
  const { activation_quantizer: quantizer } = isPlainObject(config["config"]) ? config["config"] : {};
  if (quantizer === null || quantizer === undefined) return null;
  const settings = isPlainObject(quantizer) && isPlainObject(quantizer["config"]) ? quantizer["config"] : {};
  const { epsilon } = settings;
  return typeof epsilon === "number" ? epsilon : 1e-7;
}

/**
 * Checks what a file says of a layer's quantization; without it, Keras's default: inputs are rounded too.
 *
 * @throws {OptionError} for other quantizers than Keras's default ones.
 */
export function quantizationConfig(where: string, given: unknown): QuantizationConfig {
  if (given === null || given === undefined) return defaultConfig;
  const settings = isPlainObject(given) && isPlainObject(given["config"]) ? given["config"] : {};
  const { weight_quantizer: weights = null, activation_quantizer: inputs = null } = settings;
  const range =
    isPlainObject(inputs) && isPlainObject(inputs["config"]) ? inputs["config"]["value_range"] : null;
  const isKnown =
    isPlainObject(given) &&
    given["class_name"] === "Int8QuantizationConfig" &&
    (weights === null || (isPlainObject(weights) && weights["class_name"] === "AbsMaxQuantizer")) &&
    (inputs === null ||
      (isPlainObject(inputs) &&
        inputs["class_name"] === "AbsMaxQuantizer" &&
        String(range) === `-${limit},${limit}`));
  if (!isKnown)
    throw new OptionError(
      `${where}: expected a quantization by AbsMaxQuantizer with the range [-127, 127], received ${JSON.stringify(given)}.`,
    );
  return given;
}

const defaultConfig: QuantizationConfig = {
  module: "keras.quantizers",
  class_name: "Int8QuantizationConfig",
  config: {
    weight_quantizer: null,
    activation_quantizer: {
      module: "keras.quantizers",
      class_name: "AbsMaxQuantizer",
      config: { value_range: [-limit, limit], epsilon: 1e-7, output_dtype: "int8" },
      registered_name: null,
    },
  },
  registered_name: null,
};

/** Puts variables into a store in the order of Keras's files, which is not that in which they are made. */
export function saveInOrder(variables: readonly (Variable | null)[], store: VariableStore): void {
  variables.filter((one) => one !== null).forEach((variable, i) => store.set(String(i), variable.value));
}

/** @throws {AntlerError} when the store has not as many. */
export function loadInOrder(
  layer: LayerBase,
  variables: readonly (Variable | null)[],
  store: StoredVariables,
): void {
  const own = variables.filter((one) => one !== null);
  if (store.size !== own.length)
    throw new AntlerError(`${layer.where}: expected ${own.length} variables, the file has ${store.size}.`);
  own.forEach((variable, i) => {
    const value = store.get(String(i));
    if (value !== undefined) variable.assign(value);
  });
}

import type { LayerBase, WeightOptions } from "../../graph/layer-base.ts";
import { QuantizedFloat8DTypePolicy } from "../../graph/quantized-dtype-policy.ts";
import type { Variable } from "../../graph/variable.ts";
import type { DType } from "../../ir/dtypes.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { customGradient } from "../../ops/gradient.ts";
import { max } from "../../ops/reductions.ts";
import {
  computeFloat8AmaxHistory,
  computeFloat8Scale,
  type Float8,
  float8Max,
  quantizeAndDequantize,
  roundToBfloat16,
} from "../../quantizers/float8.ts";

/** By what a tensor is scaled to fit 8 bits, and the largest values that it had in past steps. */
interface Scaling {
  readonly scale: Variable;
  readonly history: Variable;
}

/** The scalings of a layer: of its inputs, of its kernel, and of the gradient of its outputs. */
export interface Float8Scalings {
  readonly inputs: Scaling;
  readonly kernel: Scaling;
  readonly outputsGrad: Scaling;
}

const namesOf = {
  inputs: ["inputs_scale", "inputs_amax_history"],
  kernel: ["kernel_scale", "kernel_amax_history"],
  outputsGrad: ["outputs_grad_scale", "outputs_grad_amax_history"],
} as const;

/** Makes a layer's scalings. What stands in for their gradients replaces them. @see Keras `layers/core/dense.py`, `_float8_build` */
export function addScalings(
  { dtypePolicy }: LayerBase,
  addWeight: (options: WeightOptions) => Variable,
): Float8Scalings {
  const length = dtypePolicy instanceof QuantizedFloat8DTypePolicy ? dtypePolicy.amaxHistoryLength : 1024;
  const scaling = ([scale, history]: readonly [string, string]): Scaling => {
    const options = { dtype: "float32", autocast: false, overwriteWithGradient: true } as const;
    return {
      scale: addWeight({ name: scale, shape: [], initializer: "ones", ...options }),
      history: addWeight({ name: history, shape: [length], initializer: "zeros", ...options }),
    };
  };
  return {
    inputs: scaling(namesOf.inputs),
    kernel: scaling(namesOf.kernel),
    outputsGrad: scaling(namesOf.outputsGrad),
  };
}

/** The scale and the history after a step with `x`. */
function moved(x: Tensor, scale: Tensor, history: Tensor, format: Float8): readonly [Tensor, Tensor] {
  const largest = max(history) as unknown as Tensor; // SAFETY: tensors in, tensors out
  return [computeFloat8Scale(largest, scale, float8Max(format)), computeFloat8AmaxHistory(x, history)];
}

/** A layer with a kernel and scalings. */
interface Float8Layer {
  readonly scalings: Float8Scalings;
  readonly kernel: Variable;
  readonly bias: Variable | null;
  readonly computeDtype: DType;
  readonly activation: (x: Tensor) => Tensor;
}

/** The layer's variables in the order of files. */
export function float8Variables({ kernel, bias, scalings }: Float8Layer): readonly Variable[] {
  const { inputs, kernel: kernelScaling, outputsGrad } = scalings;
  return [
    kernel,
    ...(bias === null ? [] : [bias]),
    ...[inputs, kernelScaling, outputsGrad].flatMap(({ scale, history }) => [scale, history]),
  ];
}

/**
 * `activation(product(inputs, kernel) + bias)` of floats that are rounded to 8 bits, as are the gradients that come back.
 *
 * @param training - Whether the histories of inputs and kernel get this step's values.
 * @see Keras `layers/core/dense.py`, `_float8_call`
 */
export function float8Call(
  layer: Float8Layer,
  inputs: Tensor,
  training: boolean,
  product: (inputs: Tensor, kernel: Tensor) => Tensor,
): Tensor {
  const { scalings, kernel, bias, computeDtype: dtype } = layer;
  const rounded = (x: Tensor, { scale, history }: Scaling): Tensor =>
    customGradient((value, by, past) => [
      quantizeAndDequantize(value, by, "float8_e4m3fn", dtype),
      (upstream) => [upstream, ...(training ? moved(value, by, past, "float8_e4m3fn") : [null, null])],
    ])(x, scale, history) as Tensor; // SAFETY: one result
  const result = product(rounded(inputs, scalings.inputs), rounded(kernel.value, scalings.kernel));
  const returned = withRoundedGradient(result, scalings.outputsGrad, dtype);
  const sum = bias === null ? returned : (add(returned, roundedBias(bias, dtype)) as Tensor); // SAFETY: tensors in, tensors out
  return layer.activation(sum);
}

/** The same value, whose gradient is rounded. */
function withRoundedGradient(x: Tensor, { scale, history }: Scaling, dtype: DType): Tensor {
  return customGradient((value, by, past) => [
    value,
    (upstream) => [
      quantizeAndDequantize(upstream, by, "float8_e5m2", dtype),
      ...moved(upstream, by, past, "float8_e5m2"),
    ],
  ])(x, scale, history) as Tensor; // SAFETY: one result
}

/** A bias as GPUs add it: rounded to bfloat16 where the layer computes in float32, as is its gradient. */
function roundedBias({ value }: Variable, dtype: DType): Tensor {
  if (dtype !== "float32") return value;
  return customGradient((x) => [roundToBfloat16(x), (upstream) => roundToBfloat16(upstream)])(
    value,
  ) as Tensor; // SAFETY: one result
}

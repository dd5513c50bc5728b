import type { LayerBase, WeightOptions } from "../../graph/layer-base.ts";
import { QuantizedFloat8DTypePolicy } from "../../graph/quantized-dtype-policy.ts";
import type { Variable } from "../../graph/variable.ts";
import type { DType } from "../../ir/dtypes.ts";
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
  add: (options: WeightOptions) => Variable,
): Float8Scalings {
  const length = dtypePolicy instanceof QuantizedFloat8DTypePolicy ? dtypePolicy.amaxHistoryLength : 1024;
  const scaling = ([scale, history]: readonly [string, string]): Scaling => {
    const options = { dtype: "float32", autocast: false, overwriteWithGradient: true } as const;
    return {
      scale: add({ name: scale, shape: [], initializer: "ones", ...options }),
      history: add({ name: history, shape: [length], initializer: "zeros", ...options }),
    };
  };
  return {
    inputs: scaling(namesOf.inputs),
    kernel: scaling(namesOf.kernel),
    outputsGrad: scaling(namesOf.outputsGrad),
  };
}

/** The scalings' variables in the order of files. */
export function scalingVariables({ inputs, kernel, outputsGrad }: Float8Scalings): readonly Variable[] {
  return [inputs, kernel, outputsGrad].flatMap(({ scale, history }) => [scale, history]);
}

/** The scale and the history after a step with `x`. */
function moved(x: Tensor, scale: Tensor, history: Tensor, format: Float8): readonly [Tensor, Tensor] {
  const largest = max(history) as unknown as Tensor; // SAFETY: tensors in, tensors out
  return [computeFloat8Scale(largest, scale, float8Max(format)), computeFloat8AmaxHistory(x, history)];
}

/** A product of floats that are rounded to 8 bits, and so is the gradient that comes back. @see Keras `layers/core/dense.py`, `_float8_call` */
export function float8Product(
  scalings: Float8Scalings,
  {
    inputs,
    kernel,
    training,
    dtype,
  }: {
    readonly inputs: Tensor;
    readonly kernel: Tensor;
    readonly training: boolean;
    readonly dtype: DType;
  },
  product: (inputs: Tensor, kernel: Tensor) => Tensor,
): Tensor {
  const rounded = (x: Tensor, { scale, history }: Scaling): Tensor =>
    customGradient((value, by, past) => [
      quantizeAndDequantize(value, by, "float8_e4m3fn", dtype),
      (upstream) => [upstream, ...(training ? moved(value, by, past, "float8_e4m3fn") : [null, null])],
    ])(x, scale, history) as Tensor; // SAFETY: one result
  const result = product(rounded(inputs, scalings.inputs), rounded(kernel, scalings.kernel));
  const { scale, history } = scalings.outputsGrad;
  return customGradient((value, by, past) => [
    value,
    (upstream) => [
      quantizeAndDequantize(upstream, by, "float8_e5m2", dtype),
      ...moved(upstream, by, past, "float8_e5m2"),
    ],
  ])(result, scale, history) as Tensor; // SAFETY: one result
}

/** A bias as GPUs add it: rounded to bfloat16 where the layer computes in float32, as is its gradient. */
export function float8Bias({ value }: Variable, dtype: DType): Tensor {
  if (dtype !== "float32") return value;
  return customGradient((x) => [roundToBfloat16(x), (upstream) => roundToBfloat16(upstream)])(
    value,
  ) as Tensor; // SAFETY: one result
}

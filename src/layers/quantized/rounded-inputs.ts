import { add, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { stopGradient } from "../../ops/unary-math.ts";
import type { AbsMaxQuantizer, Axes } from "../../quantizers/abs-max.ts";
import type { QuantizationConfig } from "../../quantizers/configs.ts";
import type { AdaptableLayer } from "../core/adaptable-layer.ts";

/**
 * Inputs as integers can tell them, where the layer's configuration says so: over the axes that are summed. Gradients pass
 * as if nothing had been rounded.
 */
export function roundedInputs(
  x: Tensor,
  axes: Axes,
  { activationQuantizer: quantizer = null }: Partial<QuantizationConfig>,
): Tensor {
  if (quantizer === null) return x;
  return add(x, stopGradient(subtract(quantizer.rounded(x, quantizer.axis ?? axes), x))) as Tensor; // SAFETY: tensors in, tensors out
}

/** What rounds a layer's weights, where its configuration has one of its own. */
export function weightQuantizerOf({ quantizationConfig }: AdaptableLayer): AbsMaxQuantizer | null {
  return quantizationConfig?.weightQuantizer ?? null;
}

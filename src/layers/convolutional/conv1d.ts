import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { ConvolutionRule, ConvolutionSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";
import { BaseConv, convParameters, type ConvConstructor } from "./base-conv.ts";

class Conv1DLayer extends BaseConv {
  static readonly className = "Conv1D";
  static readonly parameters: ParameterTable = convParameters(1);

  constructor(...args: readonly unknown[]) {
    super("Conv1D", 1, args);
  }
}

export interface Conv1D<O extends ConvolutionSettings = ConvolutionSettings, D extends DType = DType>
  extends Conv1DLayer, LayerCall<ConvolutionRule<"Conv1D", 1, O, D>> {}

interface Conv1DKind extends LayerKind {
  readonly layer: Conv1D<SettingsIn<this, ConvolutionSettings>, DTypeIn<this>>;
}

export interface Conv1DConstructor extends ConvConstructor<Conv1DKind> {}

/**
 * Convolution over sequences: `activation(x ∗ kernel + bias)`.
 *
 * Shapes (channels last): input `[batch, steps, channels]` → output `[batch, steps, filters]`;
 * kernel `[…kernelSize, channels / groups, filters]`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when the channels are unknown, or differ from those the layer was built with.
 * @see Keras `layers/convolutional/conv1d.py`
 */
export const Conv1D: Conv1DConstructor = callable<typeof Conv1DLayer, Conv1DConstructor>(Conv1DLayer);

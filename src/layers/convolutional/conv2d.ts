import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { ConvolutionRule, ConvolutionSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";
import { BaseConv, convParameters, type ConvConstructor } from "./base-conv.ts";

class Conv2DLayer extends BaseConv {
  static readonly className = "Conv2D";
  static readonly parameters: ParameterTable = convParameters(2);

  constructor(...args: readonly unknown[]) {
    super("Conv2D", 2, args);
  }
}

export interface Conv2D<O extends ConvolutionSettings = ConvolutionSettings, D extends DType = DType>
  extends Conv2DLayer, LayerCall<ConvolutionRule<"Conv2D", 2, O, D>> {}

interface Conv2DKind extends LayerKind {
  readonly layer: Conv2D<SettingsIn<this, ConvolutionSettings>, DTypeIn<this>>;
}

export interface Conv2DConstructor extends ConvConstructor<Conv2DKind> {}

/**
 * Convolution over images: `activation(x ∗ kernel + bias)`.
 *
 * Shapes (channels last): input `[batch, height, width, channels]` → output `[batch, height, width, filters]`;
 * kernel `[…kernelSize, channels / groups, filters]`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when the channels are unknown, or differ from those the layer was built with.
 * @see Keras `layers/convolutional/conv2d.py`
 */
export const Conv2D: Conv2DConstructor = callable<typeof Conv2DLayer, Conv2DConstructor>(Conv2DLayer);

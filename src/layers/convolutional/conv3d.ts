import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { ConvolutionRule, ConvolutionSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";
import { BaseConv, convParameters, type ConvConstructor } from "./base-conv.ts";

class Conv3DLayer extends BaseConv {
  static readonly className = "Conv3D";
  static readonly parameters: ParameterTable = convParameters(3);

  constructor(...args: readonly unknown[]) {
    super("Conv3D", 3, args);
  }
}

export interface Conv3D<O extends ConvolutionSettings = ConvolutionSettings, D extends DType = DType>
  extends Conv3DLayer, LayerCall<ConvolutionRule<"Conv3D", 3, O, D>> {}

interface Conv3DKind extends LayerKind {
  readonly layer: Conv3D<SettingsIn<this, ConvolutionSettings>, DTypeIn<this>>;
}

export interface Conv3DConstructor extends ConvConstructor<Conv3DKind> {}

/**
 * Convolution over volumes: `activation(x ∗ kernel + bias)`.
 *
 * Shapes (channels last): input `[batch, depth, height, width, channels]` → output `[batch, depth, height, width, filters]`;
 * kernel `[…kernelSize, channels / groups, filters]`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when the channels are unknown, or differ from those the layer was built with.
 * @see Keras `layers/convolutional/conv3d.py`
 */
export const Conv3D: Conv3DConstructor = callable<typeof Conv3DLayer, Conv3DConstructor>(Conv3DLayer);

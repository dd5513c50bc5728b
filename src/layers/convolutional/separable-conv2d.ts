import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { ConvolutionRule, ConvolutionSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";
import {
  BaseSeparableConv,
  separableConvParameters,
  type SeparableConvConstructor,
} from "./base-separable-conv.ts";

class SeparableConv2DLayer extends BaseSeparableConv {
  static readonly className = "SeparableConv2D";
  static readonly parameters: ParameterTable = separableConvParameters(2);

  constructor(...args: readonly unknown[]) {
    super("SeparableConv2D", 2, args);
  }
}

export interface SeparableConv2D<O extends ConvolutionSettings = ConvolutionSettings, D extends DType = DType>
  extends SeparableConv2DLayer, LayerCall<ConvolutionRule<"SeparableConv2D", 2, O, D>> {}

interface SeparableConv2DKind extends LayerKind {
  readonly layer: SeparableConv2D<SettingsIn<this, ConvolutionSettings>, DTypeIn<this>>;
}

export interface SeparableConv2DConstructor extends SeparableConvConstructor<SeparableConv2DKind> {}

/**
 * Separable convolution over images: first each channel by itself, then a 1×1 convolution that mixes the channels.
 *
 * Shapes (channels last): input `[batch, height, width, channels]` → output `[batch, height, width, filters]`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when the channels are unknown, or differ from those the layer was built with.
 * @see Keras `layers/convolutional/separable_conv2d.py`
 */
export const SeparableConv2D: SeparableConv2DConstructor = callable<
  typeof SeparableConv2DLayer,
  SeparableConv2DConstructor
>(SeparableConv2DLayer);

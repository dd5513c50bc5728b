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

class SeparableConv1DLayer extends BaseSeparableConv {
  static readonly className = "SeparableConv1D";
  static readonly parameters: ParameterTable = separableConvParameters(1);

  constructor(...args: readonly unknown[]) {
    super("SeparableConv1D", 1, args);
  }
}

export interface SeparableConv1D<O extends ConvolutionSettings = ConvolutionSettings, D extends DType = DType>
  extends SeparableConv1DLayer, LayerCall<ConvolutionRule<"SeparableConv1D", 1, O, D>> {}

interface SeparableConv1DKind extends LayerKind {
  readonly layer: SeparableConv1D<SettingsIn<this, ConvolutionSettings>, DTypeIn<this>>;
}

export interface SeparableConv1DConstructor extends SeparableConvConstructor<SeparableConv1DKind> {}

/**
 * Separable convolution over sequences: first each channel by itself, then a 1×1 convolution that mixes the channels.
 *
 * Shapes (channels last): input `[batch, steps, channels]` → output `[batch, steps, filters]`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when the channels are unknown, or differ from those the layer was built with.
 * @see Keras `layers/convolutional/separable_conv1d.py`
 */
export const SeparableConv1D: SeparableConv1DConstructor = callable<
  typeof SeparableConv1DLayer,
  SeparableConv1DConstructor
>(SeparableConv1DLayer);

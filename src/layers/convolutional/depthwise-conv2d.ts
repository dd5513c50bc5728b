import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DepthwiseRule, DepthwiseSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";
import {
  BaseDepthwiseConv,
  depthwiseConvParameters,
  type DepthwiseConvConstructor,
} from "./base-depthwise-conv.ts";

class DepthwiseConv2DLayer extends BaseDepthwiseConv {
  static readonly className = "DepthwiseConv2D";
  static readonly parameters: ParameterTable = depthwiseConvParameters(2);

  constructor(...args: readonly unknown[]) {
    super("DepthwiseConv2D", 2, args);
  }
}

export interface DepthwiseConv2D<O extends DepthwiseSettings = DepthwiseSettings, D extends DType = DType>
  extends DepthwiseConv2DLayer, LayerCall<DepthwiseRule<"DepthwiseConv2D", 2, O, D>> {}

interface DepthwiseConv2DKind extends LayerKind {
  readonly layer: DepthwiseConv2D<SettingsIn<this, DepthwiseSettings>, DTypeIn<this>>;
}

export interface DepthwiseConv2DConstructor extends DepthwiseConvConstructor<DepthwiseConv2DKind> {}

/**
 * Depthwise convolution over images: each channel by itself, with `depthMultiplier` kernels.
 *
 * Shapes (channels last): input `[batch, height, width, channels]` → output `[batch, height, width, channels · depthMultiplier]`.
 *
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when the channels are unknown, or differ from those the layer was built with.
 * @see Keras `layers/convolutional/depthwise_conv2d.py`
 */
export const DepthwiseConv2D: DepthwiseConv2DConstructor = callable<
  typeof DepthwiseConv2DLayer,
  DepthwiseConv2DConstructor
>(DepthwiseConv2DLayer);

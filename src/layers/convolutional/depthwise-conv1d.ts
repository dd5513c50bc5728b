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

class DepthwiseConv1DLayer extends BaseDepthwiseConv {
  static readonly className = "DepthwiseConv1D";
  static readonly parameters: ParameterTable = depthwiseConvParameters(1);

  constructor(...args: readonly unknown[]) {
    super("DepthwiseConv1D", 1, args);
  }
}

export interface DepthwiseConv1D<O extends DepthwiseSettings = DepthwiseSettings, D extends DType = DType>
  extends DepthwiseConv1DLayer, LayerCall<DepthwiseRule<"DepthwiseConv1D", 1, O, D>> {}

interface DepthwiseConv1DKind extends LayerKind {
  readonly layer: DepthwiseConv1D<SettingsIn<this, DepthwiseSettings>, DTypeIn<this>>;
}

export interface DepthwiseConv1DConstructor extends DepthwiseConvConstructor<DepthwiseConv1DKind> {}

/**
 * Depthwise convolution over sequences: each channel by itself, with `depthMultiplier` kernels.
 *
 * Shapes (channels last): input `[batch, steps, channels]` → output `[batch, steps, channels · depthMultiplier]`.
 *
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when the channels are unknown, or differ from those the layer was built with.
 * @see Keras `layers/convolutional/depthwise_conv1d.py`
 */
export const DepthwiseConv1D: DepthwiseConv1DConstructor = callable<
  typeof DepthwiseConv1DLayer,
  DepthwiseConv1DConstructor
>(DepthwiseConv1DLayer);

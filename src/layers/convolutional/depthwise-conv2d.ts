import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type {
  DepthwiseRule,
  DepthwiseSettings,
  DataFormat,
  Padding,
  PerAxis,
} from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import {
  BaseDepthwiseConv,
  depthwiseConvParameters,
  type DepthwiseConvOptions,
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

export interface DepthwiseConv2DConstructor {
  <
    const K extends PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const M extends number = 1,
    const D extends DType = "float32",
  >(
    kernelSize: K,
    options?: DepthwiseConvOptions<S, P, L, F, M, D>,
  ): DepthwiseConv2D<
    { kernelSize: K; strides: S; padding: P; dilationRate: L; dataFormat: F; depthMultiplier: M },
    D
  >;
  <
    const K extends PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const M extends number = 1,
    const D extends DType = "float32",
  >(
    options: DepthwiseConvOptions<S, P, L, F, M, D> & { readonly kernelSize: K },
  ): DepthwiseConv2D<
    { kernelSize: K; strides: S; padding: P; dilationRate: L; dataFormat: F; depthMultiplier: M },
    D
  >;
  new <
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const M extends number = 1,
    const D extends DType = "float32",
  >(
    kernelSize: K,
    options?: DepthwiseConvOptions<S, P, L, F, M, D>,
  ): DepthwiseConv2D<
    { kernelSize: K; strides: S; padding: P; dilationRate: L; dataFormat: F; depthMultiplier: M },
    D
  >;
  new <
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const M extends number = 1,
    const D extends DType = "float32",
  >(
    options: DepthwiseConvOptions<S, P, L, F, M, D> & { readonly kernelSize: K },
  ): DepthwiseConv2D<
    { kernelSize: K; strides: S; padding: P; dilationRate: L; dataFormat: F; depthMultiplier: M },
    D
  >;
  fromConfig(config: Readonly<Record<string, unknown>>): DepthwiseConv2D;
}

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

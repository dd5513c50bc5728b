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

class DepthwiseConv1DLayer extends BaseDepthwiseConv {
  static readonly className = "DepthwiseConv1D";
  static readonly parameters: ParameterTable = depthwiseConvParameters(1);

  constructor(...args: readonly unknown[]) {
    super("DepthwiseConv1D", 1, args);
  }
}

export interface DepthwiseConv1D<O extends DepthwiseSettings = DepthwiseSettings, D extends DType = DType>
  extends DepthwiseConv1DLayer, LayerCall<DepthwiseRule<"DepthwiseConv1D", 1, O, D>> {}

export interface DepthwiseConv1DConstructor {
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
  ): DepthwiseConv1D<
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
  ): DepthwiseConv1D<
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
  ): DepthwiseConv1D<
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
  ): DepthwiseConv1D<
    { kernelSize: K; strides: S; padding: P; dilationRate: L; dataFormat: F; depthMultiplier: M },
    D
  >;
  fromConfig(config: Readonly<Record<string, unknown>>): DepthwiseConv1D;
}

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

import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type {
  ConvolutionRule,
  ConvolutionSettings,
  DataFormat,
  Padding,
  PerAxis,
} from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import {
  BaseSeparableConv,
  separableConvParameters,
  type SeparableConvOptions,
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

export interface SeparableConv2DConstructor {
  <
    const N extends number,
    const K extends PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    filters: N,
    kernelSize: K,
    options?: SeparableConvOptions<S, P, L, F, D>,
  ): SeparableConv2D<
    { filters: N; kernelSize: K; strides: S; padding: P; dilationRate: L; dataFormat: F },
    D
  >;
  <
    const N extends number,
    const K extends PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: SeparableConvOptions<S, P, L, F, D> & { readonly filters: N; readonly kernelSize: K },
  ): SeparableConv2D<
    { filters: N; kernelSize: K; strides: S; padding: P; dilationRate: L; dataFormat: F },
    D
  >;
  new <
    const N extends number = number,
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    filters: N,
    kernelSize: K,
    options?: SeparableConvOptions<S, P, L, F, D>,
  ): SeparableConv2D<
    { filters: N; kernelSize: K; strides: S; padding: P; dilationRate: L; dataFormat: F },
    D
  >;
  new <
    const N extends number = number,
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: SeparableConvOptions<S, P, L, F, D> & { readonly filters: N; readonly kernelSize: K },
  ): SeparableConv2D<
    { filters: N; kernelSize: K; strides: S; padding: P; dilationRate: L; dataFormat: F },
    D
  >;
  fromConfig(config: Readonly<Record<string, unknown>>): SeparableConv2D;
}

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

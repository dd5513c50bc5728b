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

class SeparableConv1DLayer extends BaseSeparableConv {
  static readonly className = "SeparableConv1D";
  static readonly parameters: ParameterTable = separableConvParameters(1);

  constructor(...args: readonly unknown[]) {
    super("SeparableConv1D", 1, args);
  }
}

export interface SeparableConv1D<O extends ConvolutionSettings = ConvolutionSettings, D extends DType = DType>
  extends SeparableConv1DLayer, LayerCall<ConvolutionRule<"SeparableConv1D", 1, O, D>> {}

export interface SeparableConv1DConstructor {
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
  ): SeparableConv1D<
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
  ): SeparableConv1D<
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
  ): SeparableConv1D<
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
  ): SeparableConv1D<
    { filters: N; kernelSize: K; strides: S; padding: P; dilationRate: L; dataFormat: F },
    D
  >;
  fromConfig(config: Readonly<Record<string, unknown>>): SeparableConv1D;
}

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

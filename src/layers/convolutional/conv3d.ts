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
import { BaseConv, convParameters, type ConvOptions } from "./base-conv.ts";

class Conv3DLayer extends BaseConv {
  static readonly className = "Conv3D";
  static readonly parameters: ParameterTable = convParameters(3);

  constructor(...args: readonly unknown[]) {
    super("Conv3D", 3, args);
  }
}

export interface Conv3D<O extends ConvolutionSettings = ConvolutionSettings, D extends DType = DType>
  extends Conv3DLayer, LayerCall<ConvolutionRule<"Conv3D", 3, O, D>> {}

type Settings<
  N extends number,
  K extends PerAxis,
  S extends PerAxis,
  P extends Padding,
  L extends PerAxis,
  F extends DataFormat,
> = {
  filters: N;
  kernelSize: K;
  strides: S;
  padding: P;
  dilationRate: L;
  dataFormat: F;
};

export interface Conv3DConstructor {
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
    options?: ConvOptions<S, P, L, F, D>,
  ): Conv3D<Settings<N, K, S, P, L, F>, D>;
  <
    const N extends number,
    const K extends PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: ConvOptions<S, P, L, F, D> & { readonly filters: N; readonly kernelSize: K },
  ): Conv3D<Settings<N, K, S, P, L, F>, D>;
  <
    const N extends number,
    const K extends PerAxis,
    const S extends PerAxis,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    filters: N,
    kernelSize: K,
    strides: S,
    padding?: P,
    options?: ConvOptions<S, P, L, F, D>,
  ): Conv3D<Settings<N, K, S, P, L, F>, D>;
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
    options?: ConvOptions<S, P, L, F, D>,
  ): Conv3D<Settings<N, K, S, P, L, F>, D>;
  new <
    const N extends number = number,
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: ConvOptions<S, P, L, F, D> & { readonly filters: N; readonly kernelSize: K },
  ): Conv3D<Settings<N, K, S, P, L, F>, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): Conv3D;
}

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

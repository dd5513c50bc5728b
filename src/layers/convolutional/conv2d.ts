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

class Conv2DLayer extends BaseConv {
  static readonly className = "Conv2D";
  static readonly parameters: ParameterTable = convParameters(2);

  constructor(...args: readonly unknown[]) {
    super("Conv2D", 2, args);
  }
}

export interface Conv2D<O extends ConvolutionSettings = ConvolutionSettings, D extends DType = DType>
  extends Conv2DLayer, LayerCall<ConvolutionRule<"Conv2D", 2, O, D>> {}

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

export interface Conv2DConstructor {
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
  ): Conv2D<Settings<N, K, S, P, L, F>, D>;
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
  ): Conv2D<Settings<N, K, S, P, L, F>, D>;
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
  ): Conv2D<Settings<N, K, S, P, L, F>, D>;
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
  ): Conv2D<Settings<N, K, S, P, L, F>, D>;
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
  ): Conv2D<Settings<N, K, S, P, L, F>, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): Conv2D;
}

/**
 * Convolution over images: `activation(x ∗ kernel + bias)`.
 *
 * Shapes (channels last): input `[batch, height, width, channels]` → output `[batch, height, width, filters]`;
 * kernel `[…kernelSize, channels / groups, filters]`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when the channels are unknown, or differ from those the layer was built with.
 * @see Keras `layers/convolutional/conv2d.py`
 */
export const Conv2D: Conv2DConstructor = callable<typeof Conv2DLayer, Conv2DConstructor>(Conv2DLayer);

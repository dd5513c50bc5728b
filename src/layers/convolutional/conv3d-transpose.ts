import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type {
  DataFormat,
  Padding,
  PerAxis,
  TransposeRule,
  TransposeSettings,
} from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import {
  BaseConvTranspose,
  convTransposeParameters,
  type ConvTransposeOptions,
} from "./base-conv-transpose.ts";

class Conv3DTransposeLayer extends BaseConvTranspose {
  static readonly className = "Conv3DTranspose";
  static readonly parameters: ParameterTable = convTransposeParameters(3);

  constructor(...args: readonly unknown[]) {
    super("Conv3DTranspose", 3, args);
  }
}

export interface Conv3DTranspose<O extends TransposeSettings = TransposeSettings, D extends DType = DType>
  extends Conv3DTransposeLayer, LayerCall<TransposeRule<"Conv3DTranspose", 3, O, D>> {}

type Settings<
  N extends number,
  K extends PerAxis,
  S extends PerAxis,
  P extends Padding,
  L extends PerAxis,
  F extends DataFormat,
  O extends PerAxis | null,
> = {
  filters: N;
  kernelSize: K;
  strides: S;
  padding: P;
  dilationRate: L;
  dataFormat: F;
  outputPadding: O;
};

export interface Conv3DTransposeConstructor {
  <
    const N extends number,
    const K extends PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const O extends PerAxis | null = null,
    const D extends DType = "float32",
  >(
    filters: N,
    kernelSize: K,
    options?: ConvTransposeOptions<S, P, L, F, O, D>,
  ): Conv3DTranspose<Settings<N, K, S, P, L, F, O>, D>;
  <
    const N extends number,
    const K extends PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const O extends PerAxis | null = null,
    const D extends DType = "float32",
  >(
    options: ConvTransposeOptions<S, P, L, F, O, D> & { readonly filters: N; readonly kernelSize: K },
  ): Conv3DTranspose<Settings<N, K, S, P, L, F, O>, D>;
  new <
    const N extends number = number,
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const O extends PerAxis | null = null,
    const D extends DType = "float32",
  >(
    filters: N,
    kernelSize: K,
    options?: ConvTransposeOptions<S, P, L, F, O, D>,
  ): Conv3DTranspose<Settings<N, K, S, P, L, F, O>, D>;
  new <
    const N extends number = number,
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const O extends PerAxis | null = null,
    const D extends DType = "float32",
  >(
    options: ConvTransposeOptions<S, P, L, F, O, D> & { readonly filters: N; readonly kernelSize: K },
  ): Conv3DTranspose<Settings<N, K, S, P, L, F, O>, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): Conv3DTranspose;
}

/**
 * Transposed convolution over volumes: the gradient of a convolution with respect to its input, used to enlarge.
 *
 * Shapes (channels last): input `[batch, depth, height, width, channels]` → output with each spatial size multiplied by its stride (and, with
 * `"valid"`, enlarged by what the kernel overlaps); kernel `[…kernelSize, filters, channels]`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when the channels are unknown, or differ from those the layer was built with.
 * @see Keras `layers/convolutional/conv3d_transpose.py`
 */
export const Conv3DTranspose: Conv3DTransposeConstructor = callable<
  typeof Conv3DTransposeLayer,
  Conv3DTransposeConstructor
>(Conv3DTransposeLayer);

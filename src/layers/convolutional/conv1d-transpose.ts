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

class Conv1DTransposeLayer extends BaseConvTranspose {
  static readonly className = "Conv1DTranspose";
  static readonly parameters: ParameterTable = convTransposeParameters(1);

  constructor(...args: readonly unknown[]) {
    super("Conv1DTranspose", 1, args);
  }
}

export interface Conv1DTranspose<O extends TransposeSettings = TransposeSettings, D extends DType = DType>
  extends Conv1DTransposeLayer, LayerCall<TransposeRule<"Conv1DTranspose", 1, O, D>> {}

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

export interface Conv1DTransposeConstructor {
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
  ): Conv1DTranspose<Settings<N, K, S, P, L, F, O>, D>;
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
  ): Conv1DTranspose<Settings<N, K, S, P, L, F, O>, D>;
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
  ): Conv1DTranspose<Settings<N, K, S, P, L, F, O>, D>;
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
  ): Conv1DTranspose<Settings<N, K, S, P, L, F, O>, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): Conv1DTranspose;
}

/**
 * Transposed convolution over sequences: the gradient of a convolution with respect to its input, used to enlarge.
 *
 * Shapes (channels last): input `[batch, steps, channels]` → output with each spatial size multiplied by its stride (and, with
 * `"valid"`, enlarged by what the kernel overlaps); kernel `[…kernelSize, filters, channels]`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when the channels are unknown, or differ from those the layer was built with.
 * @see Keras `layers/convolutional/conv1d_transpose.py`
 */
export const Conv1DTranspose: Conv1DTransposeConstructor = callable<
  typeof Conv1DTransposeLayer,
  Conv1DTransposeConstructor
>(Conv1DTransposeLayer);

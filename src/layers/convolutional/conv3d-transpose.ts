import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { TransposeRule, TransposeSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";
import {
  BaseConvTranspose,
  convTransposeParameters,
  type ConvTransposeConstructor,
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

interface Conv3DTransposeKind extends LayerKind {
  readonly layer: Conv3DTranspose<SettingsIn<this, TransposeSettings>, DTypeIn<this>>;
}

export interface Conv3DTransposeConstructor extends ConvTransposeConstructor<
  Conv3DTransposeKind,
  [dataFormat: "dataFormat"],
  [outputPadding: "outputPadding"]
> {}

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

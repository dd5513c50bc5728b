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

class Conv2DTransposeLayer extends BaseConvTranspose {
  static readonly className = "Conv2DTranspose";
  static readonly parameters: ParameterTable = convTransposeParameters(2);

  constructor(...args: readonly unknown[]) {
    super("Conv2DTranspose", 2, args);
  }
}

export interface Conv2DTranspose<O extends TransposeSettings = TransposeSettings, D extends DType = DType>
  extends Conv2DTransposeLayer, LayerCall<TransposeRule<"Conv2DTranspose", 2, O, D>> {}

interface Conv2DTransposeKind extends LayerKind {
  readonly layer: Conv2DTranspose<SettingsIn<this, TransposeSettings>, DTypeIn<this>>;
}

export interface Conv2DTransposeConstructor extends ConvTransposeConstructor<Conv2DTransposeKind> {}

/**
 * Transposed convolution over images: the gradient of a convolution with respect to its input, used to enlarge.
 *
 * Shapes (channels last): input `[batch, height, width, channels]` → output with each spatial size multiplied by its stride (and, with
 * `"valid"`, enlarged by what the kernel overlaps); kernel `[…kernelSize, filters, channels]`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when the channels are unknown, or differ from those the layer was built with.
 * @see Keras `layers/convolutional/conv2d_transpose.py`
 */
export const Conv2DTranspose: Conv2DTransposeConstructor = callable<
  typeof Conv2DTransposeLayer,
  Conv2DTransposeConstructor
>(Conv2DTransposeLayer);

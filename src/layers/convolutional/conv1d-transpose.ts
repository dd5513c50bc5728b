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

class Conv1DTransposeLayer extends BaseConvTranspose {
  static readonly className = "Conv1DTranspose";
  static readonly parameters: ParameterTable = convTransposeParameters(1);

  constructor(...args: readonly unknown[]) {
    super("Conv1DTranspose", 1, args);
  }
}

export interface Conv1DTranspose<O extends TransposeSettings = TransposeSettings, D extends DType = DType>
  extends Conv1DTransposeLayer, LayerCall<TransposeRule<"Conv1DTranspose", 1, O, D>> {}

interface Conv1DTransposeKind extends LayerKind {
  readonly layer: Conv1DTranspose<SettingsIn<this, TransposeSettings>, DTypeIn<this>>;
}

export interface Conv1DTransposeConstructor extends ConvTransposeConstructor<Conv1DTransposeKind> {}

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

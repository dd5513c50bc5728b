import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, GlobalPoolingRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { mean } from "../../ops/reductions.ts";
import { callable } from "../../util/callable.ts";
import { BaseGlobalPooling, type GlobalPoolingConstructor, type KeepdimsIn } from "./base-global-pooling.ts";
import type { DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class GlobalAveragePooling2DLayer extends BaseGlobalPooling {
  static readonly className = "GlobalAveragePooling2D";

  constructor(...args: readonly unknown[]) {
    super("GlobalAveragePooling2D", 2, args);
  }

  override call(inputs: Tensor): Tensor {
    return mean(inputs, { axis: this.spatialAxes, keepdims: this.keepdims });
  }
}

export interface GlobalAveragePooling2D<
  F extends DataFormat = DataFormat,
  K extends boolean = boolean,
  D extends DType = DType,
>
  extends GlobalAveragePooling2DLayer, LayerCall<GlobalPoolingRule<"GlobalAveragePooling2D", 2, F, K, D>> {}

interface GlobalAveragePooling2DKind extends LayerKind {
  readonly layer: GlobalAveragePooling2D<FormatIn<this>, KeepdimsIn<this>, DTypeIn<this>>;
}

export interface GlobalAveragePooling2DConstructor extends GlobalPoolingConstructor<GlobalAveragePooling2DKind> {}

/**
 * The mean of each channel over all positions of images.
 *
 * Shapes (channels last): input `[batch, height, width, channels]` → output `[batch, channels]`.
 *
 * @see Keras `layers/pooling/global_average_pooling2d.py`
 */
export const GlobalAveragePooling2D: GlobalAveragePooling2DConstructor = callable<
  typeof GlobalAveragePooling2DLayer,
  GlobalAveragePooling2DConstructor
>(GlobalAveragePooling2DLayer);

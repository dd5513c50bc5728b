import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, GlobalPoolingRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { max } from "../../ops/reductions.ts";
import { callable } from "../../util/callable.ts";
import { BaseGlobalPooling, type GlobalPoolingConstructor, type KeepdimsIn } from "./base-global-pooling.ts";
import type { DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class GlobalMaxPooling2DLayer extends BaseGlobalPooling {
  static readonly className = "GlobalMaxPooling2D";

  constructor(...args: readonly unknown[]) {
    super("GlobalMaxPooling2D", 2, args);
  }

  override call(inputs: Tensor): Tensor {
    return max(inputs, { axis: this.spatialAxes, keepdims: this.keepdims });
  }
}

export interface GlobalMaxPooling2D<
  F extends DataFormat = DataFormat,
  K extends boolean = boolean,
  D extends DType = DType,
>
  extends GlobalMaxPooling2DLayer, LayerCall<GlobalPoolingRule<"GlobalMaxPooling2D", 2, F, K, D>> {}

interface GlobalMaxPooling2DKind extends LayerKind {
  readonly layer: GlobalMaxPooling2D<FormatIn<this>, KeepdimsIn<this>, DTypeIn<this>>;
}

export interface GlobalMaxPooling2DConstructor extends GlobalPoolingConstructor<GlobalMaxPooling2DKind> {}

/**
 * The largest element of each channel over all positions of images.
 *
 * Shapes (channels last): input `[batch, height, width, channels]` → output `[batch, channels]`.
 *
 * @see Keras `layers/pooling/global_max_pooling2d.py`
 */
export const GlobalMaxPooling2D: GlobalMaxPooling2DConstructor = callable<
  typeof GlobalMaxPooling2DLayer,
  GlobalMaxPooling2DConstructor
>(GlobalMaxPooling2DLayer);

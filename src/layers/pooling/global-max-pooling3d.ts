import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, GlobalPoolingRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { max } from "../../ops/reductions.ts";
import { callable } from "../../util/callable.ts";
import { BaseGlobalPooling, type GlobalPoolingConstructor, type KeepdimsIn } from "./base-global-pooling.ts";
import type { DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class GlobalMaxPooling3DLayer extends BaseGlobalPooling {
  static readonly className = "GlobalMaxPooling3D";

  constructor(...args: readonly unknown[]) {
    super("GlobalMaxPooling3D", 3, args);
  }

  override call(inputs: Tensor): Tensor {
    return max(inputs, { axis: this.spatialAxes, keepdims: this.keepdims });
  }
}

export interface GlobalMaxPooling3D<
  F extends DataFormat = DataFormat,
  K extends boolean = boolean,
  D extends DType = DType,
>
  extends GlobalMaxPooling3DLayer, LayerCall<GlobalPoolingRule<"GlobalMaxPooling3D", 3, F, K, D>> {}

interface GlobalMaxPooling3DKind extends LayerKind {
  readonly layer: GlobalMaxPooling3D<FormatIn<this>, KeepdimsIn<this>, DTypeIn<this>>;
}

export interface GlobalMaxPooling3DConstructor extends GlobalPoolingConstructor<GlobalMaxPooling3DKind> {}

/**
 * The largest element of each channel over all positions of volumes.
 *
 * Shapes (channels last): input `[batch, depth, height, width, channels]` → output `[batch, channels]`.
 *
 * @see Keras `layers/pooling/global_max_pooling3d.py`
 */
export const GlobalMaxPooling3D: GlobalMaxPooling3DConstructor = callable<
  typeof GlobalMaxPooling3DLayer,
  GlobalMaxPooling3DConstructor
>(GlobalMaxPooling3DLayer);

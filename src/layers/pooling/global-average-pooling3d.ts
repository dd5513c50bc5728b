import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, GlobalPoolingRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { mean } from "../../ops/reductions.ts";
import { callable } from "../../util/callable.ts";
import { BaseGlobalPooling, type GlobalPoolingConstructor, type KeepdimsIn } from "./base-global-pooling.ts";
import type { DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class GlobalAveragePooling3DLayer extends BaseGlobalPooling {
  static readonly className = "GlobalAveragePooling3D";

  constructor(...args: readonly unknown[]) {
    super("GlobalAveragePooling3D", 3, args);
  }

  override call(inputs: Tensor): Tensor {
    return mean(inputs, { axis: this.spatialAxes, keepdims: this.keepdims });
  }
}

export interface GlobalAveragePooling3D<
  F extends DataFormat = DataFormat,
  K extends boolean = boolean,
  D extends DType = DType,
>
  extends GlobalAveragePooling3DLayer, LayerCall<GlobalPoolingRule<"GlobalAveragePooling3D", 3, F, K, D>> {}

interface GlobalAveragePooling3DKind extends LayerKind {
  readonly layer: GlobalAveragePooling3D<FormatIn<this>, KeepdimsIn<this>, DTypeIn<this>>;
}

export interface GlobalAveragePooling3DConstructor extends GlobalPoolingConstructor<GlobalAveragePooling3DKind> {}

/**
 * The mean of each channel over all positions of volumes.
 *
 * Shapes (channels last): input `[batch, depth, height, width, channels]` → output `[batch, channels]`.
 *
 * @see Keras `layers/pooling/global_average_pooling3d.py`
 */
export const GlobalAveragePooling3D: GlobalAveragePooling3DConstructor = callable<
  typeof GlobalAveragePooling3DLayer,
  GlobalAveragePooling3DConstructor
>(GlobalAveragePooling3DLayer);

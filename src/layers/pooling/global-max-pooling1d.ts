import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, GlobalPoolingRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { max } from "../../ops/reductions.ts";
import { callable } from "../../util/callable.ts";
import { BaseGlobalPooling, type GlobalPoolingConstructor, type KeepdimsIn } from "./base-global-pooling.ts";
import type { DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class GlobalMaxPooling1DLayer extends BaseGlobalPooling {
  static readonly className = "GlobalMaxPooling1D";

  constructor(...args: readonly unknown[]) {
    super("GlobalMaxPooling1D", 1, args);
  }

  override call(inputs: Tensor): Tensor {
    return max(inputs, { axis: this.spatialAxes, keepdims: this.keepdims });
  }
}

export interface GlobalMaxPooling1D<
  F extends DataFormat = DataFormat,
  K extends boolean = boolean,
  D extends DType = DType,
>
  extends GlobalMaxPooling1DLayer, LayerCall<GlobalPoolingRule<"GlobalMaxPooling1D", 1, F, K, D>> {}

interface GlobalMaxPooling1DKind extends LayerKind {
  readonly layer: GlobalMaxPooling1D<FormatIn<this>, KeepdimsIn<this>, DTypeIn<this>>;
}

export interface GlobalMaxPooling1DConstructor extends GlobalPoolingConstructor<GlobalMaxPooling1DKind> {}

/**
 * The largest element of each channel over all positions of sequences.
 *
 * Shapes (channels last): input `[batch, steps, channels]` → output `[batch, channels]`.
 *
 * @see Keras `layers/pooling/global_max_pooling1d.py`
 */
export const GlobalMaxPooling1D: GlobalMaxPooling1DConstructor = callable<
  typeof GlobalMaxPooling1DLayer,
  GlobalMaxPooling1DConstructor
>(GlobalMaxPooling1DLayer);

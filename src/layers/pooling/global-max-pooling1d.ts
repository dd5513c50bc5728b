import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, GlobalPoolingRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { max } from "../../ops/reductions.ts";
import { callable } from "../../util/callable.ts";
import { BaseGlobalPooling, type GlobalPoolingOptions } from "./base-global-pooling.ts";

class GlobalMaxPooling1DLayer extends BaseGlobalPooling {
  static readonly className = "GlobalMaxPooling1D";

  constructor(...args: readonly unknown[]) {
    super("GlobalMaxPooling1D", 1, args);
  }

  override call(inputs: Tensor): unknown {
    return max(inputs, { axis: this.spatialAxes, keepdims: this.keepdims });
  }
}

export interface GlobalMaxPooling1D<
  F extends DataFormat = DataFormat,
  K extends boolean = boolean,
  D extends DType = DType,
>
  extends GlobalMaxPooling1DLayer, LayerCall<GlobalPoolingRule<"GlobalMaxPooling1D", 1, F, K, D>> {}

export interface GlobalMaxPooling1DConstructor {
  <
    const F extends DataFormat = "channels_last",
    const K extends boolean = false,
    const D extends DType = "float32",
  >(
    options?: GlobalPoolingOptions<F, K, D>,
  ): GlobalMaxPooling1D<F, K, D>;
  new <
    const F extends DataFormat = "channels_last",
    const K extends boolean = false,
    const D extends DType = "float32",
  >(
    options?: GlobalPoolingOptions<F, K, D>,
  ): GlobalMaxPooling1D<F, K, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): GlobalMaxPooling1D;
}

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

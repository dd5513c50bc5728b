import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { AdaptivePoolingRule, DataFormat, PerAxis } from "../../ir/shape-types/index.ts";
import { adaptiveMaxPool } from "../../ops/pooling.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type AdaptivePoolingOptions, BaseAdaptivePooling } from "./base-adaptive-pooling.ts";

class AdaptiveMaxPooling1DLayer extends BaseAdaptivePooling {
  static readonly className = "AdaptiveMaxPooling1D";

  constructor(...args: readonly unknown[]) {
    super("AdaptiveMaxPooling1D", 1, args);
  }

  override call(inputs: Tensor): unknown {
    return adaptiveMaxPool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
}

export interface AdaptiveMaxPooling1D<
  N extends PerAxis = PerAxis,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends AdaptiveMaxPooling1DLayer, LayerCall<AdaptivePoolingRule<"AdaptiveMaxPooling1D", 1, N, F, D>> {}

export interface AdaptiveMaxPooling1DConstructor {
  <const N extends PerAxis, const F extends DataFormat = "channels_last", const D extends DType = "float32">(
    outputSize: N,
    options?: AdaptivePoolingOptions<F, D>,
  ): AdaptiveMaxPooling1D<N, F, D>;
  <const N extends PerAxis, const F extends DataFormat = "channels_last", const D extends DType = "float32">(
    options: AdaptivePoolingOptions<F, D> & { readonly outputSize: N },
  ): AdaptiveMaxPooling1D<N, F, D>;
  new <
    const N extends PerAxis,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    outputSize: N,
    options?: AdaptivePoolingOptions<F, D>,
  ): AdaptiveMaxPooling1D<N, F, D>;
  new <
    const N extends PerAxis,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: AdaptivePoolingOptions<F, D> & { readonly outputSize: N },
  ): AdaptiveMaxPooling1D<N, F, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): AdaptiveMaxPooling1D;
}

/**
 * Largest elements of as many parts of sequences as are asked for, whatever their size.
 *
 * Shapes (channels last): input `[batch, steps, channels]` → output `[batch, outputSize, channels]`.
 *
 * @param outputSize - Number of parts.
 * @example
 * const y = AdaptiveMaxPooling1D(3)(Input({ shape: [8, 4] })); // y.shape → [null, 3, 4]
 * @see Keras `layers/pooling/adaptive_max_pooling1d.py`
 */
export const AdaptiveMaxPooling1D: AdaptiveMaxPooling1DConstructor = callable<
  typeof AdaptiveMaxPooling1DLayer,
  AdaptiveMaxPooling1DConstructor
>(AdaptiveMaxPooling1DLayer);

import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { AdaptivePoolingRule, DataFormat, PerAxis } from "../../ir/shape-types/index.ts";
import { adaptiveAveragePool } from "../../ops/pooling.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type AdaptivePoolingOptions, BaseAdaptivePooling } from "./base-adaptive-pooling.ts";

class AdaptiveAveragePooling2DLayer extends BaseAdaptivePooling {
  static readonly className = "AdaptiveAveragePooling2D";

  constructor(...args: readonly unknown[]) {
    super("AdaptiveAveragePooling2D", 2, args);
  }

  override call(inputs: Tensor): unknown {
    return adaptiveAveragePool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
}

export interface AdaptiveAveragePooling2D<
  N extends PerAxis = PerAxis,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends
    AdaptiveAveragePooling2DLayer,
    LayerCall<AdaptivePoolingRule<"AdaptiveAveragePooling2D", 2, N, F, D>> {}

export interface AdaptiveAveragePooling2DConstructor {
  <const N extends PerAxis, const F extends DataFormat = "channels_last", const D extends DType = "float32">(
    outputSize: N,
    options?: AdaptivePoolingOptions<F, D>,
  ): AdaptiveAveragePooling2D<N, F, D>;
  <const N extends PerAxis, const F extends DataFormat = "channels_last", const D extends DType = "float32">(
    options: AdaptivePoolingOptions<F, D> & { readonly outputSize: N },
  ): AdaptiveAveragePooling2D<N, F, D>;
  new <
    const N extends PerAxis,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    outputSize: N,
    options?: AdaptivePoolingOptions<F, D>,
  ): AdaptiveAveragePooling2D<N, F, D>;
  new <
    const N extends PerAxis,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: AdaptivePoolingOptions<F, D> & { readonly outputSize: N },
  ): AdaptiveAveragePooling2D<N, F, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): AdaptiveAveragePooling2D;
}

/**
 * Means of as many parts of images as are asked for, whatever their size.
 *
 * Shapes (channels last): input `[batch, height, width, channels]` → output `[batch, …outputSize, channels]`.
 *
 * @param outputSize - Number of parts, for all axes or each.
 * @example
 * const y = AdaptiveAveragePooling2D([3, 2])(Input({ shape: [8, 8, 4] })); // y.shape → [null, 3, 2, 4]
 * @see Keras `layers/pooling/adaptive_average_pooling2d.py`
 */
export const AdaptiveAveragePooling2D: AdaptiveAveragePooling2DConstructor = callable<
  typeof AdaptiveAveragePooling2DLayer,
  AdaptiveAveragePooling2DConstructor
>(AdaptiveAveragePooling2DLayer);

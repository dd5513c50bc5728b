import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { AdaptivePoolingRule, DataFormat, PerAxis } from "../../ir/shape-types/index.ts";
import { adaptiveMaxPool } from "../../ops/pooling.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type AdaptivePoolingOptions, BaseAdaptivePooling } from "./base-adaptive-pooling.ts";

class AdaptiveMaxPooling3DLayer extends BaseAdaptivePooling {
  static readonly className = "AdaptiveMaxPooling3D";

  constructor(...args: readonly unknown[]) {
    super("AdaptiveMaxPooling3D", 3, args);
  }

  override call(inputs: Tensor): unknown {
    return adaptiveMaxPool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
}

export interface AdaptiveMaxPooling3D<
  N extends PerAxis = PerAxis,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends AdaptiveMaxPooling3DLayer, LayerCall<AdaptivePoolingRule<"AdaptiveMaxPooling3D", 3, N, F, D>> {}

export interface AdaptiveMaxPooling3DConstructor {
  <const N extends PerAxis, const F extends DataFormat = "channels_last", const D extends DType = "float32">(
    outputSize: N,
    options?: AdaptivePoolingOptions<F, D>,
  ): AdaptiveMaxPooling3D<N, F, D>;
  <const N extends PerAxis, const F extends DataFormat = "channels_last", const D extends DType = "float32">(
    options: AdaptivePoolingOptions<F, D> & { readonly outputSize: N },
  ): AdaptiveMaxPooling3D<N, F, D>;
  new <
    const N extends PerAxis,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    outputSize: N,
    options?: AdaptivePoolingOptions<F, D>,
  ): AdaptiveMaxPooling3D<N, F, D>;
  new <
    const N extends PerAxis,
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: AdaptivePoolingOptions<F, D> & { readonly outputSize: N },
  ): AdaptiveMaxPooling3D<N, F, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): AdaptiveMaxPooling3D;
}

/**
 * Largest elements of as many parts of volumes as are asked for, whatever their size.
 *
 * Shapes (channels last): input `[batch, depth, height, width, channels]` → output `[batch, …outputSize, channels]`.
 *
 * @param outputSize - Number of parts, for all axes or each.
 * @example
 * const y = AdaptiveMaxPooling3D([2, 3, 2])(Input({ shape: [8, 8, 8, 4] })); // y.shape → [null, 2, 3, 2, 4]
 * @see Keras `layers/pooling/adaptive_max_pooling3d.py`
 */
export const AdaptiveMaxPooling3D: AdaptiveMaxPooling3DConstructor = callable<
  typeof AdaptiveMaxPooling3DLayer,
  AdaptiveMaxPooling3DConstructor
>(AdaptiveMaxPooling3DLayer);

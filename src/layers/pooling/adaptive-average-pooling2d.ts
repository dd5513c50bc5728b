import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { AdaptivePoolingRule, DataFormat, PerAxis } from "../../ir/shape-types/index.ts";
import { adaptiveAveragePool } from "../../ops/pooling.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type AdaptivePoolingConstructor, BaseAdaptivePooling } from "./base-adaptive-pooling.ts";
import type { AmountIn, DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class AdaptiveAveragePooling2DLayer extends BaseAdaptivePooling {
  static readonly className = "AdaptiveAveragePooling2D";

  constructor(...args: readonly unknown[]) {
    super("AdaptiveAveragePooling2D", 2, args);
  }

  override call(inputs: Tensor): Tensor {
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

interface AdaptiveAveragePooling2DKind extends LayerKind {
  readonly layer: AdaptiveAveragePooling2D<AmountIn<this, PerAxis>, FormatIn<this>, DTypeIn<this>>;
}

export interface AdaptiveAveragePooling2DConstructor extends AdaptivePoolingConstructor<AdaptiveAveragePooling2DKind> {}

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

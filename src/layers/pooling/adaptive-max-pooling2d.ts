import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { AdaptivePoolingRule, DataFormat, PerAxis } from "../../ir/shape-types/index.ts";
import { adaptiveMaxPool } from "../../ops/pooling.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type AdaptivePoolingConstructor, BaseAdaptivePooling } from "./base-adaptive-pooling.ts";
import type { AmountIn, DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class AdaptiveMaxPooling2DLayer extends BaseAdaptivePooling {
  static readonly className = "AdaptiveMaxPooling2D";

  constructor(...args: readonly unknown[]) {
    super("AdaptiveMaxPooling2D", 2, args);
  }

  override call(inputs: Tensor): Tensor {
    return adaptiveMaxPool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
}

export interface AdaptiveMaxPooling2D<
  N extends PerAxis = PerAxis,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends AdaptiveMaxPooling2DLayer, LayerCall<AdaptivePoolingRule<"AdaptiveMaxPooling2D", 2, N, F, D>> {}

interface AdaptiveMaxPooling2DKind extends LayerKind {
  readonly layer: AdaptiveMaxPooling2D<AmountIn<this, PerAxis>, FormatIn<this>, DTypeIn<this>>;
}

export interface AdaptiveMaxPooling2DConstructor extends AdaptivePoolingConstructor<AdaptiveMaxPooling2DKind> {}

/**
 * Largest elements of as many parts of images as are asked for, whatever their size.
 *
 * Shapes (channels last): input `[batch, height, width, channels]` → output `[batch, …outputSize, channels]`.
 *
 * @param outputSize - Number of parts, for all axes or each.
 * @example
 * const y = AdaptiveMaxPooling2D([3, 2])(Input({ shape: [8, 8, 4] })); // y.shape → [null, 3, 2, 4]
 * @see Keras `layers/pooling/adaptive_max_pooling2d.py`
 */
export const AdaptiveMaxPooling2D: AdaptiveMaxPooling2DConstructor = callable<
  typeof AdaptiveMaxPooling2DLayer,
  AdaptiveMaxPooling2DConstructor
>(AdaptiveMaxPooling2DLayer);

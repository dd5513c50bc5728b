import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { AdaptivePoolingRule, DataFormat, PerAxis } from "../../ir/shape-types/index.ts";
import { adaptiveMaxPool } from "../../ops/pooling.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type AdaptivePoolingConstructor, BaseAdaptivePooling } from "./base-adaptive-pooling.ts";
import type { AmountIn, DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class AdaptiveMaxPooling3DLayer extends BaseAdaptivePooling {
  static readonly className = "AdaptiveMaxPooling3D";

  constructor(...args: readonly unknown[]) {
    super("AdaptiveMaxPooling3D", 3, args);
  }

  override call(inputs: Tensor): Tensor {
    return adaptiveMaxPool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
}

export interface AdaptiveMaxPooling3D<
  N extends PerAxis = PerAxis,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends AdaptiveMaxPooling3DLayer, LayerCall<AdaptivePoolingRule<"AdaptiveMaxPooling3D", 3, N, F, D>> {}

interface AdaptiveMaxPooling3DKind extends LayerKind {
  readonly layer: AdaptiveMaxPooling3D<AmountIn<this, PerAxis>, FormatIn<this>, DTypeIn<this>>;
}

export interface AdaptiveMaxPooling3DConstructor extends AdaptivePoolingConstructor<AdaptiveMaxPooling3DKind> {}

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

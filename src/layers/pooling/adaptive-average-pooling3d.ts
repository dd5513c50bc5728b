import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { AdaptivePoolingRule, DataFormat, PerAxis } from "../../ir/shape-types/index.ts";
import { adaptiveAveragePool } from "../../ops/pooling.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type AdaptivePoolingConstructor, BaseAdaptivePooling } from "./base-adaptive-pooling.ts";
import type { AmountIn, DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class AdaptiveAveragePooling3DLayer extends BaseAdaptivePooling {
  static readonly className = "AdaptiveAveragePooling3D";

  constructor(...args: readonly unknown[]) {
    super("AdaptiveAveragePooling3D", 3, args);
  }

  override call(inputs: Tensor): Tensor {
    return adaptiveAveragePool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
}

export interface AdaptiveAveragePooling3D<
  N extends PerAxis = PerAxis,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends
    AdaptiveAveragePooling3DLayer,
    LayerCall<AdaptivePoolingRule<"AdaptiveAveragePooling3D", 3, N, F, D>> {}

interface AdaptiveAveragePooling3DKind extends LayerKind {
  readonly layer: AdaptiveAveragePooling3D<AmountIn<this, PerAxis>, FormatIn<this>, DTypeIn<this>>;
}

export interface AdaptiveAveragePooling3DConstructor extends AdaptivePoolingConstructor<AdaptiveAveragePooling3DKind> {}

/**
 * Means of as many parts of volumes as are asked for, whatever their size.
 *
 * Shapes (channels last): input `[batch, depth, height, width, channels]` → output `[batch, …outputSize, channels]`.
 *
 * @param outputSize - Number of parts, for all axes or each.
 * @example
 * const y = AdaptiveAveragePooling3D([2, 3, 2])(Input({ shape: [8, 8, 8, 4] })); // y.shape → [null, 2, 3, 2, 4]
 * @see Keras `layers/pooling/adaptive_average_pooling3d.py`
 */
export const AdaptiveAveragePooling3D: AdaptiveAveragePooling3DConstructor = callable<
  typeof AdaptiveAveragePooling3DLayer,
  AdaptiveAveragePooling3DConstructor
>(AdaptiveAveragePooling3DLayer);

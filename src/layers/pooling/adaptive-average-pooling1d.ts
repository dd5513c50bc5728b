import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { AdaptivePoolingRule, DataFormat, PerAxis } from "../../ir/shape-types/index.ts";
import { adaptiveAveragePool } from "../../ops/pooling.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type AdaptivePoolingConstructor, BaseAdaptivePooling } from "./base-adaptive-pooling.ts";
import type { AmountIn, DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class AdaptiveAveragePooling1DLayer extends BaseAdaptivePooling {
  static readonly className = "AdaptiveAveragePooling1D";

  constructor(...args: readonly unknown[]) {
    super("AdaptiveAveragePooling1D", 1, args);
  }

  override call(inputs: Tensor): Tensor {
    return adaptiveAveragePool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
}

export interface AdaptiveAveragePooling1D<
  N extends PerAxis = PerAxis,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends
    AdaptiveAveragePooling1DLayer,
    LayerCall<AdaptivePoolingRule<"AdaptiveAveragePooling1D", 1, N, F, D>> {}

interface AdaptiveAveragePooling1DKind extends LayerKind {
  readonly layer: AdaptiveAveragePooling1D<AmountIn<this, PerAxis>, FormatIn<this>, DTypeIn<this>>;
}

export interface AdaptiveAveragePooling1DConstructor extends AdaptivePoolingConstructor<AdaptiveAveragePooling1DKind> {}

/**
 * Means of as many parts of sequences as are asked for, whatever their size.
 *
 * Shapes (channels last): input `[batch, steps, channels]` → output `[batch, outputSize, channels]`.
 *
 * @param outputSize - Number of parts.
 * @example
 * const y = AdaptiveAveragePooling1D(3)(Input({ shape: [8, 4] })); // y.shape → [null, 3, 4]
 * @see Keras `layers/pooling/adaptive_average_pooling1d.py`
 */
export const AdaptiveAveragePooling1D: AdaptiveAveragePooling1DConstructor = callable<
  typeof AdaptiveAveragePooling1DLayer,
  AdaptiveAveragePooling1DConstructor
>(AdaptiveAveragePooling1DLayer);

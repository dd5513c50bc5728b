import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { AdaptivePoolingRule, DataFormat, PerAxis } from "../../ir/shape-types/index.ts";
import { adaptiveMaxPool } from "../../ops/pooling.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type AdaptivePoolingConstructor, BaseAdaptivePooling } from "./base-adaptive-pooling.ts";
import type { AmountIn, DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class AdaptiveMaxPooling1DLayer extends BaseAdaptivePooling {
  static readonly className = "AdaptiveMaxPooling1D";

  constructor(...args: readonly unknown[]) {
    super("AdaptiveMaxPooling1D", 1, args);
  }

  override call(inputs: Tensor): Tensor {
    return adaptiveMaxPool(inputs, this.outputSize, { dataFormat: this.dataFormat });
  }
}

export interface AdaptiveMaxPooling1D<
  N extends PerAxis = PerAxis,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends AdaptiveMaxPooling1DLayer, LayerCall<AdaptivePoolingRule<"AdaptiveMaxPooling1D", 1, N, F, D>> {}

interface AdaptiveMaxPooling1DKind extends LayerKind {
  readonly layer: AdaptiveMaxPooling1D<AmountIn<this, PerAxis>, FormatIn<this>, DTypeIn<this>>;
}

export interface AdaptiveMaxPooling1DConstructor extends AdaptivePoolingConstructor<AdaptiveMaxPooling1DKind> {}

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

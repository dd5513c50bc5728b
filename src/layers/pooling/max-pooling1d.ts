import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { PoolingRule, PoolingSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import { BasePooling, type PoolingConstructor, poolingParameters } from "./base-pooling.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";

class MaxPooling1DLayer extends BasePooling {
  static readonly className = "MaxPooling1D";
  static readonly parameters: ParameterTable = poolingParameters(1, "max");

  constructor(...args: readonly unknown[]) {
    super("MaxPooling1D", 1, "max", args);
  }
}

export interface MaxPooling1D<O extends PoolingSettings = PoolingSettings, D extends DType = DType>
  extends MaxPooling1DLayer, LayerCall<PoolingRule<"MaxPooling1D", 1, O, D>> {}

interface MaxPooling1DKind extends LayerKind {
  readonly layer: MaxPooling1D<SettingsIn<this, PoolingSettings>, DTypeIn<this>>;
}

export interface MaxPooling1DConstructor extends PoolingConstructor<MaxPooling1DKind> {}

/**
 * The largest element of each window of sequences.
 *
 * Shapes (channels last): input `[batch, steps, channels]` → output the same with fewer positions.
 *
 * @param poolSize - Size of the window: one number, or one for each spatial axis. Default 2.
 * @see Keras `layers/pooling/max_pooling1d.py`
 */
export const MaxPooling1D: MaxPooling1DConstructor = callable<
  typeof MaxPooling1DLayer,
  MaxPooling1DConstructor
>(MaxPooling1DLayer);

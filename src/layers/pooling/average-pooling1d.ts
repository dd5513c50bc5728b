import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { PoolingRule, PoolingSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import { BasePooling, type PoolingConstructor, poolingParameters } from "./base-pooling.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";

class AveragePooling1DLayer extends BasePooling {
  static readonly className = "AveragePooling1D";
  static readonly parameters: ParameterTable = poolingParameters(1, "average");

  constructor(...args: readonly unknown[]) {
    super("AveragePooling1D", 1, "average", args);
  }
}

export interface AveragePooling1D<O extends PoolingSettings = PoolingSettings, D extends DType = DType>
  extends AveragePooling1DLayer, LayerCall<PoolingRule<"AveragePooling1D", 1, O, D>> {}

interface AveragePooling1DKind extends LayerKind {
  readonly layer: AveragePooling1D<SettingsIn<this, PoolingSettings>, DTypeIn<this>>;
}

export interface AveragePooling1DConstructor extends PoolingConstructor<AveragePooling1DKind, "poolSize"> {}

/**
 * The mean of each window of sequences.
 *
 * Shapes (channels last): input `[batch, steps, channels]` → output the same with fewer positions.
 *
 * @param poolSize - Size of the window: one number, or one for each spatial axis.
 * @see Keras `layers/pooling/average_pooling1d.py`
 */
export const AveragePooling1D: AveragePooling1DConstructor = callable<
  typeof AveragePooling1DLayer,
  AveragePooling1DConstructor
>(AveragePooling1DLayer);

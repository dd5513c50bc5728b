import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { PoolingRule, PoolingSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import { BasePooling, type PoolingConstructor, poolingParameters } from "./base-pooling.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";

class AveragePooling3DLayer extends BasePooling {
  static readonly className = "AveragePooling3D";
  static readonly parameters: ParameterTable = poolingParameters(3, "average");

  constructor(...args: readonly unknown[]) {
    super("AveragePooling3D", 3, "average", args);
  }
}

export interface AveragePooling3D<O extends PoolingSettings = PoolingSettings, D extends DType = DType>
  extends AveragePooling3DLayer, LayerCall<PoolingRule<"AveragePooling3D", 3, O, D>> {}

interface AveragePooling3DKind extends LayerKind {
  readonly layer: AveragePooling3D<SettingsIn<this, PoolingSettings>, DTypeIn<this>>;
}

export interface AveragePooling3DConstructor extends PoolingConstructor<AveragePooling3DKind, "poolSize"> {}

/**
 * The mean of each window of volumes.
 *
 * Shapes (channels last): input `[batch, depth, height, width, channels]` → output the same with fewer positions.
 *
 * @param poolSize - Size of the window: one number, or one for each spatial axis.
 * @see Keras `layers/pooling/average_pooling3d.py`
 */
export const AveragePooling3D: AveragePooling3DConstructor = callable<
  typeof AveragePooling3DLayer,
  AveragePooling3DConstructor
>(AveragePooling3DLayer);

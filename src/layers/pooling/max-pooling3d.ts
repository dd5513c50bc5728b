import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { PoolingRule, PoolingSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import { BasePooling, type PoolingConstructor, poolingParameters } from "./base-pooling.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";

class MaxPooling3DLayer extends BasePooling {
  static readonly className = "MaxPooling3D";
  static readonly parameters: ParameterTable = poolingParameters(3, "max");

  constructor(...args: readonly unknown[]) {
    super("MaxPooling3D", 3, "max", args);
  }
}

export interface MaxPooling3D<O extends PoolingSettings = PoolingSettings, D extends DType = DType>
  extends MaxPooling3DLayer, LayerCall<PoolingRule<"MaxPooling3D", 3, O, D>> {}

interface MaxPooling3DKind extends LayerKind {
  readonly layer: MaxPooling3D<SettingsIn<this, PoolingSettings>, DTypeIn<this>>;
}

export interface MaxPooling3DConstructor extends PoolingConstructor<MaxPooling3DKind> {}

/**
 * The largest element of each window of volumes.
 *
 * Shapes (channels last): input `[batch, depth, height, width, channels]` → output the same with fewer positions.
 *
 * @param poolSize - Size of the window: one number, or one for each spatial axis. Default 2.
 * @see Keras `layers/pooling/max_pooling3d.py`
 */
export const MaxPooling3D: MaxPooling3DConstructor = callable<
  typeof MaxPooling3DLayer,
  MaxPooling3DConstructor
>(MaxPooling3DLayer);

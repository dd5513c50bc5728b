import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { PoolingRule, PoolingSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import { BasePooling, type PoolingConstructor, poolingParameters } from "./base-pooling.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";

class AveragePooling2DLayer extends BasePooling {
  static readonly className = "AveragePooling2D";
  static readonly parameters: ParameterTable = poolingParameters(2, "average");

  constructor(...args: readonly unknown[]) {
    super("AveragePooling2D", 2, "average", args);
  }
}

export interface AveragePooling2D<O extends PoolingSettings = PoolingSettings, D extends DType = DType>
  extends AveragePooling2DLayer, LayerCall<PoolingRule<"AveragePooling2D", 2, O, D>> {}

interface AveragePooling2DKind extends LayerKind {
  readonly layer: AveragePooling2D<SettingsIn<this, PoolingSettings>, DTypeIn<this>>;
}

export interface AveragePooling2DConstructor extends PoolingConstructor<AveragePooling2DKind, "poolSize"> {}

/**
 * The mean of each window of images.
 *
 * Shapes (channels last): input `[batch, height, width, channels]` → output the same with fewer positions.
 *
 * @param poolSize - Size of the window: one number, or one for each spatial axis.
 * @see Keras `layers/pooling/average_pooling2d.py`
 */
export const AveragePooling2D: AveragePooling2DConstructor = callable<
  typeof AveragePooling2DLayer,
  AveragePooling2DConstructor
>(AveragePooling2DLayer);

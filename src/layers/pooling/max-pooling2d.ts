import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { PoolingRule, PoolingSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import { BasePooling, type PoolingConstructor, poolingParameters } from "./base-pooling.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";

class MaxPooling2DLayer extends BasePooling {
  static readonly className = "MaxPooling2D";
  static readonly parameters: ParameterTable = poolingParameters(2, "max");

  constructor(...args: readonly unknown[]) {
    super("MaxPooling2D", 2, "max", args);
  }
}

export interface MaxPooling2D<O extends PoolingSettings = PoolingSettings, D extends DType = DType>
  extends MaxPooling2DLayer, LayerCall<PoolingRule<"MaxPooling2D", 2, O, D>> {}

interface MaxPooling2DKind extends LayerKind {
  readonly layer: MaxPooling2D<SettingsIn<this, PoolingSettings>, DTypeIn<this>>;
}

export interface MaxPooling2DConstructor extends PoolingConstructor<MaxPooling2DKind> {}

/**
 * The largest element of each window of images.
 *
 * Shapes (channels last): input `[batch, height, width, channels]` → output the same with fewer positions.
 *
 * @param poolSize - Size of the window: one number, or one for each spatial axis. Default 2.
 * @see Keras `layers/pooling/max_pooling2d.py`
 */
export const MaxPooling2D: MaxPooling2DConstructor = callable<
  typeof MaxPooling2DLayer,
  MaxPooling2DConstructor
>(MaxPooling2DLayer);

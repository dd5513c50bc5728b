import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type {
  DataFormat,
  Padding,
  PerAxis,
  PoolingRule,
  PoolingSettings,
} from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import { BasePooling, type PoolingOptions, poolingParameters } from "./base-pooling.ts";

class AveragePooling2DLayer extends BasePooling {
  static readonly className = "AveragePooling2D";
  static readonly parameters: ParameterTable = poolingParameters(2, "average");

  constructor(...args: readonly unknown[]) {
    super("AveragePooling2D", 2, "average", args);
  }
}

export interface AveragePooling2D<O extends PoolingSettings = PoolingSettings, D extends DType = DType>
  extends AveragePooling2DLayer, LayerCall<PoolingRule<"AveragePooling2D", 2, O, D>> {}

export interface AveragePooling2DConstructor {
  <
    const K extends PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize: K,
    options?: PoolingOptions<S, P, F, D>,
  ): AveragePooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  <
    const K extends PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize: K,
    strides: S,
    padding?: P,
    options?: PoolingOptions<S, P, F, D>,
  ): AveragePooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  <
    const K extends PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: PoolingOptions<S, P, F, D> & { readonly poolSize: K },
  ): AveragePooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize: K,
    options?: PoolingOptions<S, P, F, D>,
  ): AveragePooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize: K,
    strides: S,
    padding?: P,
    options?: PoolingOptions<S, P, F, D>,
  ): AveragePooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: PoolingOptions<S, P, F, D> & { readonly poolSize: K },
  ): AveragePooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): AveragePooling2D;
}

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

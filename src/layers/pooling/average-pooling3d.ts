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

class AveragePooling3DLayer extends BasePooling {
  static readonly className = "AveragePooling3D";
  static readonly parameters: ParameterTable = poolingParameters(3, "average");

  constructor(...args: readonly unknown[]) {
    super("AveragePooling3D", 3, "average", args);
  }
}

export interface AveragePooling3D<O extends PoolingSettings = PoolingSettings, D extends DType = DType>
  extends AveragePooling3DLayer, LayerCall<PoolingRule<"AveragePooling3D", 3, O, D>> {}

export interface AveragePooling3DConstructor {
  <
    const K extends PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize: K,
    options?: PoolingOptions<S, P, F, D>,
  ): AveragePooling3D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
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
  ): AveragePooling3D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  <
    const K extends PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: PoolingOptions<S, P, F, D> & { readonly poolSize: K },
  ): AveragePooling3D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize: K,
    options?: PoolingOptions<S, P, F, D>,
  ): AveragePooling3D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
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
  ): AveragePooling3D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: PoolingOptions<S, P, F, D> & { readonly poolSize: K },
  ): AveragePooling3D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): AveragePooling3D;
}

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

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

class MaxPooling2DLayer extends BasePooling {
  static readonly className = "MaxPooling2D";
  static readonly parameters: ParameterTable = poolingParameters(2, "max");

  constructor(...args: readonly unknown[]) {
    super("MaxPooling2D", 2, "max", args);
  }
}

export interface MaxPooling2D<O extends PoolingSettings = PoolingSettings, D extends DType = DType>
  extends MaxPooling2DLayer, LayerCall<PoolingRule<"MaxPooling2D", 2, O, D>> {}

export interface MaxPooling2DConstructor {
  <
    const K extends PerAxis = 2,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize?: K,
    options?: PoolingOptions<S, P, F, D>,
  ): MaxPooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  <
    const K extends PerAxis = 2,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize: K,
    strides: S,
    padding?: P,
    options?: PoolingOptions<S, P, F, D>,
  ): MaxPooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  <
    const K extends PerAxis = 2,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: PoolingOptions<S, P, F, D> & { readonly poolSize?: K },
  ): MaxPooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = 2,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize?: K,
    options?: PoolingOptions<S, P, F, D>,
  ): MaxPooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = 2,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize: K,
    strides: S,
    padding?: P,
    options?: PoolingOptions<S, P, F, D>,
  ): MaxPooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = 2,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: PoolingOptions<S, P, F, D> & { readonly poolSize?: K },
  ): MaxPooling2D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): MaxPooling2D;
}

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

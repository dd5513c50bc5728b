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

class MaxPooling1DLayer extends BasePooling {
  static readonly className = "MaxPooling1D";
  static readonly parameters: ParameterTable = poolingParameters(1, "max");

  constructor(...args: readonly unknown[]) {
    super("MaxPooling1D", 1, "max", args);
  }
}

export interface MaxPooling1D<O extends PoolingSettings = PoolingSettings, D extends DType = DType>
  extends MaxPooling1DLayer, LayerCall<PoolingRule<"MaxPooling1D", 1, O, D>> {}

export interface MaxPooling1DConstructor {
  <
    const K extends PerAxis = 2,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize?: K,
    options?: PoolingOptions<S, P, F, D>,
  ): MaxPooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
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
  ): MaxPooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  <
    const K extends PerAxis = 2,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: PoolingOptions<S, P, F, D> & { readonly poolSize?: K },
  ): MaxPooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = 2,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize?: K,
    options?: PoolingOptions<S, P, F, D>,
  ): MaxPooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
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
  ): MaxPooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = 2,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: PoolingOptions<S, P, F, D> & { readonly poolSize?: K },
  ): MaxPooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): MaxPooling1D;
}

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

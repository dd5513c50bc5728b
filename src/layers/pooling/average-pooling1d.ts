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

class AveragePooling1DLayer extends BasePooling {
  static readonly className = "AveragePooling1D";
  static readonly parameters: ParameterTable = poolingParameters(1, "average");

  constructor(...args: readonly unknown[]) {
    super("AveragePooling1D", 1, "average", args);
  }
}

export interface AveragePooling1D<O extends PoolingSettings = PoolingSettings, D extends DType = DType>
  extends AveragePooling1DLayer, LayerCall<PoolingRule<"AveragePooling1D", 1, O, D>> {}

export interface AveragePooling1DConstructor {
  <
    const K extends PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize: K,
    options?: PoolingOptions<S, P, F, D>,
  ): AveragePooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
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
  ): AveragePooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  <
    const K extends PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: PoolingOptions<S, P, F, D> & { readonly poolSize: K },
  ): AveragePooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    poolSize: K,
    options?: PoolingOptions<S, P, F, D>,
  ): AveragePooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
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
  ): AveragePooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  new <
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = K,
    const P extends Padding = "valid",
    const F extends DataFormat = "channels_last",
    const D extends DType = "float32",
  >(
    options: PoolingOptions<S, P, F, D> & { readonly poolSize: K },
  ): AveragePooling1D<{ poolSize: K; strides: S; padding: P; dataFormat: F }, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): AveragePooling1D;
}

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

import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import { SpatialDropoutLayer, type SpatialDropoutOptions } from "./spatial-dropout-base.ts";

class SpatialDropout1DLayer extends SpatialDropoutLayer {
  static readonly className = "SpatialDropout1D";
  static readonly parameters: ParameterTable = { rate: required, seed: null, name: null, dtype: null };

  constructor(...args: readonly unknown[]) {
    super(
      "SpatialDropout1D",
      1,
      bindParameters<SpatialDropoutOptions>("SpatialDropout1D", SpatialDropout1DLayer.parameters, args),
    );
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), name: this.name, dtype: this.dtypePolicy.name };
  }
}

export interface SpatialDropout1D<D extends DType = DType>
  extends SpatialDropout1DLayer, LayerCall<SameRule<D>> {}

export interface SpatialDropout1DConstructor {
  <const D extends DType = "float32">(
    rate: number,
    options?: Omit<SpatialDropoutOptions<D>, "dataFormat">,
  ): SpatialDropout1D<D>;
  <const D extends DType = "float32">(
    options: SpatialDropoutOptions<D> & { readonly rate: number },
  ): SpatialDropout1D<D>;
  new <const D extends DType = "float32">(
    rate: number,
    options?: Omit<SpatialDropoutOptions<D>, "dataFormat">,
  ): SpatialDropout1D<D>;
  new <const D extends DType = "float32">(
    options: SpatialDropoutOptions<D> & { readonly rate: number },
  ): SpatialDropout1D<D>;
  fromConfig(config: Readonly<Record<string, unknown>>): SpatialDropout1D;
}

/**
 * In training, zeroes whole channels of `[batch, steps, channels]` and scales the others up.
 *
 * @param rate - Share of the channels that is dropped, between 0 and 1.
 * @throws {OptionError} when `rate` is not between 0 and 1.
 * @see Keras `layers/regularization/spatial_dropout.py`
 */
export const SpatialDropout1D: SpatialDropout1DConstructor = callable<
  typeof SpatialDropout1DLayer,
  SpatialDropout1DConstructor
>(SpatialDropout1DLayer);

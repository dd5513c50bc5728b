import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import { SpatialDropoutLayer, type SpatialDropoutOptions } from "./spatial-dropout-base.ts";
import type { DTypeIn, LayerConstructorOf, LayerKind } from "../constructor.ts";

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

interface SpatialDropout1DKind extends LayerKind {
  readonly layer: SpatialDropout1D<DTypeIn<this>>;
}

export interface SpatialDropout1DConstructor extends LayerConstructorOf<
  SpatialDropout1DKind,
  { readonly rate: number },
  [rate: "rate"],
  Omit<SpatialDropoutOptions, "dataFormat">,
  [seed: "seed", name: "name", dtype: "dtype"]
> {}

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

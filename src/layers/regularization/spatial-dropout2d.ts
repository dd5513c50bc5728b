import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import { SpatialDropoutLayer, type SpatialDropoutOptions } from "./spatial-dropout-base.ts";
import type { DTypeIn, LayerConstructorOf, LayerKind } from "../constructor.ts";

class SpatialDropout2DLayer extends SpatialDropoutLayer {
  static readonly className = "SpatialDropout2D";
  static readonly parameters: ParameterTable = {
    rate: required,
    dataFormat: null,
    seed: null,
    name: null,
    dtype: null,
  };

  constructor(...args: readonly unknown[]) {
    super(
      "SpatialDropout2D",
      2,
      bindParameters<SpatialDropoutOptions>("SpatialDropout2D", SpatialDropout2DLayer.parameters, args),
    );
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), name: this.name, dtype: this.dtypePolicy.name };
  }
}

export interface SpatialDropout2D<D extends DType = DType>
  extends SpatialDropout2DLayer, LayerCall<SameRule<D>> {}

interface SpatialDropout2DKind extends LayerKind {
  readonly layer: SpatialDropout2D<DTypeIn<this>>;
}

export interface SpatialDropout2DConstructor extends LayerConstructorOf<
  SpatialDropout2DKind,
  { readonly rate: number },
  [rate: "rate"],
  SpatialDropoutOptions,
  [dataFormat: "dataFormat", seed: "seed", name: "name", dtype: "dtype"]
> {}

/**
 * In training, zeroes whole channels of `[batch, height, width, channels]` and scales the others up.
 *
 * @param rate - Share of the channels that is dropped, between 0 and 1.
 * @throws {OptionError} when `rate` is not between 0 and 1.
 * @see Keras `layers/regularization/spatial_dropout.py`
 */
export const SpatialDropout2D: SpatialDropout2DConstructor = callable<
  typeof SpatialDropout2DLayer,
  SpatialDropout2DConstructor
>(SpatialDropout2DLayer);

import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import { SpatialDropoutLayer, type SpatialDropoutOptions } from "./spatial-dropout-base.ts";
import type { DTypeIn, LayerConstructorOf, LayerKind } from "../constructor.ts";

class SpatialDropout3DLayer extends SpatialDropoutLayer {
  static readonly className = "SpatialDropout3D";
  static readonly parameters: ParameterTable = {
    rate: required,
    dataFormat: null,
    seed: null,
    name: null,
    dtype: null,
  };

  constructor(...args: readonly unknown[]) {
    super(
      "SpatialDropout3D",
      3,
      bindParameters<SpatialDropoutOptions>("SpatialDropout3D", SpatialDropout3DLayer.parameters, args),
    );
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), name: this.name, dtype: this.dtypePolicy.name };
  }
}

export interface SpatialDropout3D<D extends DType = DType>
  extends SpatialDropout3DLayer, LayerCall<SameRule<D>> {}

interface SpatialDropout3DKind extends LayerKind {
  readonly layer: SpatialDropout3D<DTypeIn<this>>;
}

export interface SpatialDropout3DConstructor extends LayerConstructorOf<
  SpatialDropout3DKind,
  { readonly rate: number },
  [rate: "rate"],
  SpatialDropoutOptions,
  [dataFormat: "dataFormat", seed: "seed", name: "name", dtype: "dtype"]
> {}

/**
 * In training, zeroes whole channels of `[batch, depth, height, width, channels]` and scales the others up.
 *
 * @param rate - Share of the channels that is dropped, between 0 and 1.
 * @throws {OptionError} when `rate` is not between 0 and 1.
 * @see Keras `layers/regularization/spatial_dropout.py`
 */
export const SpatialDropout3D: SpatialDropout3DConstructor = callable<
  typeof SpatialDropout3DLayer,
  SpatialDropout3DConstructor
>(SpatialDropout3DLayer);

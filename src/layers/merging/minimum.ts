import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { MergeFunction, MergeRule } from "../../ir/shape-types/index.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { mergeFunction } from "./merge-function.ts";
import { MergeLayer, mergeWithMasks } from "./merge-base.ts";
import { minimum as minimumOp } from "../../ops/arithmetic.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

class MinimumLayer extends MergeLayer {
  static readonly className = "Minimum";
  static readonly parameters: ParameterTable = {};

  constructor(...args: readonly unknown[]) {
    super(bindParameters<LayerOptions>("Minimum", MinimumLayer.parameters, args));
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    return mergeWithMasks(inputs, (a, b) => minimumOp(a, b));
  }
}

export interface Minimum<D extends DType = DType> extends MinimumLayer, LayerCall<MergeRule<"Minimum", D>> {}

interface MinimumKind extends LayerKind {
  readonly layer: Minimum<DTypeIn<this>>;
}

export interface MinimumConstructor extends LayerConstructor<MinimumKind, LayerOptions> {}

/**
 * Smallest values of a list of tensors, which broadcast.
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @see Keras `layers/merging/minimum.py`
 */
export const Minimum: MinimumConstructor = callable<typeof MinimumLayer, MinimumConstructor>(MinimumLayer);

/** `Minimum(options)(inputs)`: `minimum([a, b])`. @see Keras `layers.minimum` */
export const minimum: MergeFunction<"minimum", ConcreteFamily, LayerOptions> = mergeFunction(Minimum);

import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { MergeFunction, MergeRule } from "../../ir/shape-types/index.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { mergeFunction } from "./merge-function.ts";
import { MergeLayer, mergeWithMasks } from "./merge-base.ts";
import { maximum as maximumOp } from "../../ops/arithmetic.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

class MaximumLayer extends MergeLayer {
  static readonly className = "Maximum";
  static readonly parameters: ParameterTable = {};

  constructor(...args: readonly unknown[]) {
    super(bindParameters<LayerOptions>("Maximum", MaximumLayer.parameters, args));
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    return mergeWithMasks(inputs, (a, b) => maximumOp(a, b));
  }
}

export interface Maximum<D extends DType = DType> extends MaximumLayer, LayerCall<MergeRule<"Maximum", D>> {}

interface MaximumKind extends LayerKind {
  readonly layer: Maximum<DTypeIn<this>>;
}

export interface MaximumConstructor extends LayerConstructor<MaximumKind, LayerOptions> {}

/**
 * Largest values of a list of tensors, which broadcast.
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @see Keras `layers/merging/maximum.py`
 */
export const Maximum: MaximumConstructor = callable<typeof MaximumLayer, MaximumConstructor>(MaximumLayer);

/** `Maximum(options)(inputs)`: `maximum([a, b])`. @see Keras `layers.maximum` */
export const maximum: MergeFunction<"maximum", ConcreteFamily, LayerOptions> = mergeFunction(Maximum);

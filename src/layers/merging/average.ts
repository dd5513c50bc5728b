import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { MergeFunction, MergeRule } from "../../ir/shape-types/index.ts";
import { add, divide } from "../../ops/arithmetic.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import type { Value } from "../../ops/core/value.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { mergeFunction } from "./merge-function.ts";
import { MergeLayer } from "./merge-base.ts";
import { floatType } from "../../ops/core/promote.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

class AverageLayer extends MergeLayer {
  static readonly className = "Average";
  static readonly parameters: ParameterTable = {};

  constructor(...args: readonly unknown[]) {
    super(bindParameters<LayerOptions>("Average", AverageLayer.parameters, args));
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    return divide(
      inputs.reduce((a, b) => add(a, b)),
      inputs.length,
    );
  }

  protected override mergedDtype(inputs: readonly Value[]): DType {
    return floatType(super.mergedDtype(inputs));
  }
}

export interface Average<D extends DType = DType> extends AverageLayer, LayerCall<MergeRule<"Average", D>> {}

interface AverageKind extends LayerKind {
  readonly layer: Average<DTypeIn<this>>;
}

export interface AverageConstructor extends LayerConstructor<AverageKind, LayerOptions> {}

/**
 * Mean of a list of tensors, which broadcast.
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @see Keras `layers/merging/average.py`
 */
export const Average: AverageConstructor = callable<typeof AverageLayer, AverageConstructor>(AverageLayer);

/** `Average(options)(inputs)`: `average([a, b])`. @see Keras `layers.average` */
export const average: MergeFunction<"average", ConcreteFamily, LayerOptions> = mergeFunction(Average);

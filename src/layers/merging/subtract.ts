import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { MergeFunction, MergeRule, Shape } from "../../ir/shape-types/index.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { ShapeError, invariant } from "../../util/errors.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { mergeFunction } from "./merge-function.ts";
import { MergeLayer } from "./merge-base.ts";
import { subtract as subtractOp } from "../../ops/arithmetic.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

class SubtractLayer extends MergeLayer {
  static readonly className = "Subtract";
  static readonly parameters: ParameterTable = {};

  constructor(...args: readonly unknown[]) {
    super(bindParameters<LayerOptions>("Subtract", SubtractLayer.parameters, args));
  }

  override build(inputShape: readonly Shape[]): void {
    super.build(inputShape);
    if (inputShape.length !== 2)
      throw new ShapeError(`${this.where}: expected two tensors, received ${inputShape.length}.`);
  }

  protected override merge([a, b]: readonly Tensor[]): Tensor {
    invariant(a !== undefined && b !== undefined, "build checks for two inputs");
    return subtractOp(a, b);
  }
}

export interface Subtract<D extends DType = DType>
  extends SubtractLayer, LayerCall<MergeRule<"Subtract", D>> {}

interface SubtractKind extends LayerKind {
  readonly layer: Subtract<DTypeIn<this>>;
}

export interface SubtractConstructor extends LayerConstructor<SubtractKind, LayerOptions> {}

/**
 * Difference of two tensors, which broadcast.
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @see Keras `layers/merging/subtract.py`
 */
export const Subtract: SubtractConstructor = callable<typeof SubtractLayer, SubtractConstructor>(
  SubtractLayer,
);

/** `Subtract(options)(inputs)`: `subtract([a, b])`. @see Keras `layers.subtract` */
export const subtract: MergeFunction<"subtract", ConcreteFamily, LayerOptions> = mergeFunction(Subtract);

import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { MergeFunction, MergeRule } from "../../ir/shape-types/index.ts";
import type { ConcreteFamily, Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { mergeFunction } from "./merge-function.ts";
import { MergeLayer } from "./merge-base.ts";
import { add as addOp } from "../../ops/arithmetic.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

class AddLayer extends MergeLayer {
  static readonly className = "Add";
  static readonly parameters: ParameterTable = {};

  constructor(...args: readonly unknown[]) {
    super(bindParameters<LayerOptions>("Add", AddLayer.parameters, args));
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((a, b) => addOp(a, b));
  }
}

export interface Add<D extends DType = DType> extends AddLayer, LayerCall<MergeRule<"Add", D>> {}

interface AddKind extends LayerKind {
  readonly layer: Add<DTypeIn<this>>;
}

export interface AddConstructor extends LayerConstructor<AddKind, LayerOptions> {}

/**
 * Sum of a list of tensors, which broadcast.
 *
 * @example
 * const y = Add()([Input({ shape: [4] }), Input({ shape: [4] })]); // y.shape → [null, 4]
 *
 * @throws {ShapeError} when the shapes do not broadcast.
 * @see Keras `layers/merging/add.py`
 */
export const Add: AddConstructor = callable<typeof AddLayer, AddConstructor>(AddLayer);

/** `Add(options)(inputs)`: `add([a, b])`. @see Keras `layers.add` */
export const add: MergeFunction<"add", ConcreteFamily, LayerOptions> = mergeFunction(Add);

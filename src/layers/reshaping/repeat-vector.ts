import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { RepeatVectorRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { broadcastTo, expandDims } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, positiveInteger, required } from "../../util/parameters.ts";
import type { DTypeIn, LayerKind, SettingConstructor, SettingsIn } from "../constructor.ts";

export interface RepeatVectorOptions<
  N extends number = number,
  D extends DType = DType,
> extends LayerOptions<D> {
  /** How often the vector is repeated; a positive integer. */
  readonly n?: N | undefined;
}

class RepeatVectorLayer extends LayerBase {
  static readonly className = "RepeatVector";
  static readonly parameters: ParameterTable = { n: required };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly n: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<RepeatVectorOptions>("RepeatVector", RepeatVectorLayer.parameters, args);
    super(given);
    this.n = positiveInteger("RepeatVector", "n", given.n);
    this.inputSpec = new InputSpec({ ndim: 2 });
  }

  override call(inputs: Tensor): Tensor {
    const [batch = 1, features = 1] = inputs.dims;
    return broadcastTo(expandDims(inputs, 1), [batch, this.n, features]);
  }
}

export interface RepeatVector<N extends number = number, D extends DType = DType>
  extends RepeatVectorLayer, LayerCall<RepeatVectorRule<N, D>> {}

interface RepeatVectorKind extends LayerKind {
  readonly layer: RepeatVector<SettingsIn<this, number>, DTypeIn<this>>;
}

export interface RepeatVectorConstructor extends SettingConstructor<
  RepeatVectorKind,
  LayerOptions,
  [n: "n"],
  number
> {}

/**
 * Repeats a vector: `[batch, features]` → `[batch, n, features]`.
 *
 * @param n - How often; a positive integer.
 * @throws {ShapeError} when the input is not of rank 2.
 * @see Keras `layers/reshaping/repeat_vector.py`
 */
export const RepeatVector: RepeatVectorConstructor = callable<
  typeof RepeatVectorLayer,
  RepeatVectorConstructor
>(RepeatVectorLayer);

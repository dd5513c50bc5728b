import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, FlattenRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { reshape, transpose } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { sizeOf } from "../../ir/shape.ts";
import { toDataFormat } from "../data-format.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface FlattenOptions<D extends DType = DType> extends LayerOptions<D> {
  /** With `"channels_first"` the channels are moved to the end before. Default `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
}

class FlattenLayer extends LayerBase {
  static readonly className = "Flatten";
  static readonly parameters: ParameterTable = { dataFormat: null };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly dataFormat: DataFormat;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<FlattenOptions>("Flatten", FlattenLayer.parameters, args);
    super(given);
    this.dataFormat = toDataFormat("Flatten", given.dataFormat);
    this.inputSpec = new InputSpec({ minNdim: 1 });
  }

  override call(inputs: Tensor): Tensor {
    const { dims } = inputs;
    const [batch = 1, ...rest] = dims;
    const isMoved = this.dataFormat === "channels_first" && dims.length > 2;
    const ordered: Tensor = isMoved ? transpose(inputs, [0, ...dims.map((_, i) => i).slice(2), 1]) : inputs;
    return reshape(ordered, [batch, sizeOf(rest)]);
  }
}

export interface Flatten<D extends DType = DType> extends FlattenLayer, LayerCall<FlattenRule<D>> {}

interface FlattenKind extends LayerKind {
  readonly layer: Flatten<DTypeIn<this>>;
}

export interface FlattenConstructor extends LayerConstructor<
  FlattenKind,
  FlattenOptions,
  [dataFormat: "dataFormat"]
> {}

/**
 * All axes behind the batch axis in one: `[batch, a, b, …]` → `[batch, a · b · …]`.
 *
 * @example
 * const y = Flatten()(Input({ shape: [3, 4] })); // y.shape → [null, 12]
 * @see Keras `layers/reshaping/flatten.py`
 */
export const Flatten: FlattenConstructor = callable<typeof FlattenLayer, FlattenConstructor>(FlattenLayer);

import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { PermuteRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { transpose } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import type { DTypeIn, LayerKind, SettingConstructor, SettingsIn } from "../constructor.ts";

export interface PermuteOptions<
  A extends readonly number[] = readonly number[],
  D extends DType = DType,
> extends LayerOptions<D> {
  /** The axes in their new order, counted from 1; the batch axis stays. */
  readonly dims?: A | undefined;
}

class PermuteLayer extends LayerBase {
  static readonly className = "Permute";
  static readonly parameters: ParameterTable = { dims: required };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly dims: readonly number[];

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<PermuteOptions>("Permute", PermuteLayer.parameters, args);
    super(given);
    const { dims } = given;
    if (!Array.isArray(dims) || dims.toSorted((a, b) => a - b).some((axis, i) => axis !== i + 1)) {
      throw new OptionError(
        `Permute: expected \`dims\` to hold each of 1, 2, … once, received ${JSON.stringify(dims)}. The batch axis 0 stays in front.`,
      );
    }
    this.dims = [...dims];
    this.inputSpec = new InputSpec({ ndim: dims.length + 1 });
  }

  override call(inputs: Tensor): Tensor {
    return transpose(inputs, [0, ...this.dims]);
  }
}

export interface Permute<A extends readonly number[] = readonly number[], D extends DType = DType>
  extends PermuteLayer, LayerCall<PermuteRule<A, D>> {}

interface PermuteKind extends LayerKind {
  readonly layer: Permute<SettingsIn<this, readonly number[]>, DTypeIn<this>>;
}

export interface PermuteConstructor extends SettingConstructor<
  PermuteKind,
  LayerOptions,
  [dims: "dims"],
  readonly number[]
> {}

/**
 * Axes in another order: `Permute([2, 1])` turns `[batch, a, b]` into `[batch, b, a]`.
 *
 * @param dims - The axes in their new order, counted from 1; the batch axis stays.
 * @throws {ShapeError} when the input has another number of axes.
 * @see Keras `layers/reshaping/permute.py`
 */
export const Permute: PermuteConstructor = callable<typeof PermuteLayer, PermuteConstructor>(PermuteLayer);

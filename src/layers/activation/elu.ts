import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { elu } from "../../ops/activations.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface ELUOptions<D extends DType = DType> extends LayerOptions<D> {
  /** Limit of the result for ever more negative values, negated. Default 1. */
  readonly alpha?: number | undefined;
}

class ELULayer extends LayerBase {
  static readonly className = "ELU";
  static readonly parameters: ParameterTable = { alpha: 1 };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly alpha: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Required<Pick<ELUOptions, "alpha">> & LayerOptions>(
      "ELU",
      ELULayer.parameters,
      args,
    );
    super(given);
    this.alpha = given.alpha ?? 1;
    this.supportsMasking = true;
  }

  override call(inputs: Tensor): Tensor {
    return elu(inputs, { alpha: this.alpha });
  }
}

export interface ELU<D extends DType = DType> extends ELULayer, LayerCall<SameRule<D>> {}

interface ELUKind extends LayerKind {
  readonly layer: ELU<DTypeIn<this>>;
}

export interface ELUConstructor extends LayerConstructor<ELUKind, ELUOptions, [alpha: "alpha"]> {}

/**
 * `x` where positive, else `alpha · (eˣ − 1)`.
 *
 * @see Keras `layers/activations/elu.py`
 */
export const ELU: ELUConstructor = callable<typeof ELULayer, ELUConstructor>(ELULayer);

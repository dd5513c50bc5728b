import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

class IdentityLayer extends LayerBase {
  static readonly className = "Identity";
  static readonly parameters: ParameterTable = {};
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  constructor(...args: readonly unknown[]) {
    super(bindParameters<LayerOptions>("Identity", IdentityLayer.parameters, args));
    this.supportsMasking = true;
  }

  override call(inputs: unknown): unknown {
    return inputs;
  }
}

export interface Identity<D extends DType = DType> extends IdentityLayer, LayerCall<SameRule<D>> {}

interface IdentityKind extends LayerKind {
  readonly layer: Identity<DTypeIn<this>>;
}

export interface IdentityConstructor extends LayerConstructor<IdentityKind, LayerOptions> {}

/**
 * Passes its input on as it is.
 *
 * @see Keras `layers/core/identity.py`
 */
export const Identity: IdentityConstructor = callable<typeof IdentityLayer, IdentityConstructor>(
  IdentityLayer,
);

import { get as getActivation } from "../../activations/index.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, required } from "../../util/parameters.ts";
import type { Activation as ActivationFunction, ActivationLike } from "../../activations/activation.ts";
import type { DTypeIn, LayerConstructorOf, LayerKind } from "../constructor.ts";

export interface ActivationOptions<D extends DType = DType> extends LayerOptions<D> {
  /** A built-in's name, or a function of a tensor. */
  readonly activation?: ActivationLike | null | undefined;
}

class ActivationLayer extends LayerBase {
  static readonly className = "Activation";
  static readonly parameters: ParameterTable = { activation: required };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly activation: ActivationFunction;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<ActivationOptions>("Activation", ActivationLayer.parameters, args);
    super(given);
    this.activation = getActivation(given.activation);
    this.supportsMasking = true;
  }

  override call(inputs: Tensor): Tensor {
    return this.activation(inputs);
  }
}

export interface Activation<D extends DType = DType> extends ActivationLayer, LayerCall<SameRule<D>> {}

interface ActivationKind extends LayerKind {
  readonly layer: Activation<DTypeIn<this>>;
}

export interface ActivationConstructor extends LayerConstructorOf<
  ActivationKind,
  { readonly activation: ActivationLike | null },
  [activation: "activation"],
  LayerOptions
> {}

/**
 * Applies an activation: `Activation("relu")(x)`.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `layers/activations/activation.py`
 */
export const Activation: ActivationConstructor = callable<typeof ActivationLayer, ActivationConstructor>(
  ActivationLayer,
);

import type { LayerOptions } from "../../graph/layer-base.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import type { Dims } from "../../ir/shape.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import type { CellCall } from "./cell-call.ts";
import { lastSize } from "./checks.ts";
import {
  bindCell,
  type BoundWeights,
  constraintParameters,
  dropoutParameters,
  gateProduct,
  KernelCell,
  kernelParameters,
  plus,
  type RecurrentWeightOptions,
  regularizerParameters,
} from "./gate-cell.ts";
import type { SplitSteps } from "./loop.ts";
import type { LayerKind, Values } from "../constructor.ts";
import type {
  CellConstructor,
  ConstraintNames,
  DropoutNames,
  KernelNames,
  RegularizerNames,
  UnitsIn,
} from "./constructor.ts";

export interface SimpleRNNCellOptions extends LayerOptions, RecurrentWeightOptions {}

interface Bound extends BoundWeights {
  readonly units: number;
}

class SimpleRNNCellLayer extends KernelCell {
  static readonly className = "SimpleRNNCell";
  static readonly parameters: ParameterTable = {
    units: required,
    activation: "tanh",
    ...kernelParameters,
    ...regularizerParameters,
    ...constraintParameters,
    ...dropoutParameters,
    seed: null,
  };
  static override readonly callArguments: CallArguments = {
    tensors: ["sequence", "states"],
    options: ["training"],
  };

  readonly units: number;

  constructor(...args: readonly unknown[]) {
    const given = bindCell<Bound>("SimpleRNNCell", SimpleRNNCellLayer.parameters, args);
    super(given);
    this.units = positiveInteger("SimpleRNNCell", "units", given.units);
  }

  override get stateSize(): number {
    return this.units;
  }

  override get outputSize(): number {
    return this.units;
  }

  override build(inputShape: Shape): void {
    this.addKernels(
      [lastSize(this.where, inputShape), this.units],
      [this.units, this.units],
      [this.units],
      this.biasInitializer,
    );
  }

  // h' = activation(x · kernel + bias + h · recurrentKernel)
  protected override start(inputs: Dims, [h]: readonly Tensor[], training: boolean): SplitSteps {
    const masks = this.masks(1, inputs, h?.dims ?? [], training);
    const project = gateProduct(this.kernel, masks.inputs);
    const recur = gateProduct(this.recurrentKernel, masks.state);
    return {
      project: (x) => plus(project(x), this.bias),
      step: (projected, [state]) => [
        this.activation(state === undefined ? projected : add(projected, recur(state))) as Tensor,
      ], // SAFETY: tensors in, tensor out
    };
  }
}

export interface SimpleRNNCell<U extends number = number> extends SimpleRNNCellLayer, CellCall<U> {}

interface SimpleRNNCellKind extends LayerKind {
  readonly layer: SimpleRNNCell<UnitsIn<this>>;
}

export interface SimpleRNNCellConstructor extends CellConstructor<
  SimpleRNNCellKind,
  SimpleRNNCellOptions,
  Values<
    [
      activation: "activation",
      ...KernelNames,
      ...RegularizerNames,
      ...ConstraintNames,
      ...DropoutNames,
      seed: "seed",
    ],
    SimpleRNNCellOptions
  >
> {}

/**
 * One step of a `SimpleRNN`: `h' = activation(x · kernel + bias + h · recurrentKernel)`.
 *
 * Shapes: input `[batch, features]`, state `[batch, units]` → `[output, state]`, both `[batch, units]`.
 *
 * @param units - Size of the state and of the output.
 * @see Keras `layers/rnn/simple_rnn.py`
 */
export const SimpleRNNCell: SimpleRNNCellConstructor = callable<
  typeof SimpleRNNCellLayer,
  SimpleRNNCellConstructor
>(SimpleRNNCellLayer);

import type { LayerOptions } from "../../graph/layer-base.ts";
import type { Dims } from "../../ir/shape.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { split } from "../../ops/joining.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import type { CellCall } from "./cell-call.ts";
import { lastSize } from "./checks.ts";
import {
  bindCell,
  type BoundWeights,
  constraintParameters,
  dropoutParameters,
  type GateOptions,
  gateProduct,
  KernelCell,
  kernelParameters,
  plus,
  type RecurrentWeightOptions,
  regularizerParameters,
  withOpenForgetGate,
} from "./gate-cell.ts";
import type { SplitSteps } from "./loop.ts";
import type { LayerKind, Values } from "../constructor.ts";
import type {
  ActivationNames,
  CellConstructor,
  ConstraintNames,
  DropoutNames,
  KernelNames,
  RegularizerNames,
  UnitsIn,
} from "./constructor.ts";

export interface LSTMCellOptions extends LayerOptions, RecurrentWeightOptions, GateOptions {
  /** Whether the forget gate's bias starts at 1, so that a new cell remembers. Default true. */
  readonly unitForgetBias?: boolean | undefined;
}

interface Bound extends BoundWeights {
  readonly units: number;
  readonly unitForgetBias: boolean;
}

class LSTMCellLayer extends KernelCell {
  static readonly className = "LSTMCell";
  static readonly parameters: ParameterTable = {
    units: required,
    activation: "tanh",
    recurrentActivation: "sigmoid",
    ...kernelParameters,
    unitForgetBias: true,
    ...regularizerParameters,
    ...constraintParameters,
    ...dropoutParameters,
    seed: null,
  };

  readonly units: number;
  readonly unitForgetBias: boolean;

  constructor(...args: readonly unknown[]) {
    const given = bindCell<Bound>("LSTMCell", LSTMCellLayer.parameters, args);
    super(given);
    this.units = positiveInteger("LSTMCell", "units", given.units);
    this.unitForgetBias = given.unitForgetBias;
  }

  override get stateSize(): readonly number[] {
    return [this.units, this.units];
  }

  override get outputSize(): number {
    return this.units;
  }

  override build(inputShape: Shape): void {
    const { units, biasInitializer } = this;
    const initializer = this.unitForgetBias ? withOpenForgetGate(biasInitializer, units) : biasInitializer;
    this.addKernels(
      [lastSize(this.where, inputShape), 4 * units],
      [units, 4 * units],
      [4 * units],
      initializer,
    );
  }

  protected override start(inputs: Dims, [h]: readonly Tensor[], training: boolean): SplitSteps {
    const masks = this.gateMasks(4, inputs, h?.dims ?? [], training);
    const project = gateProduct(this.kernel, masks.inputs);
    const recur = gateProduct(this.recurrentKernel, masks.state);
    return {
      project: (x) => plus(project(x), this.bias),
      step: (projected, [state, carry]) =>
        this.#step(state === undefined ? projected : add(projected, recur(state)), carry),
    };
  }

  /** Gates i, f, candidate, o: c' = f ⊙ c + i ⊙ candidate, h' = o ⊙ activation(c'). */
  #step(gates: unknown, carry: Tensor | undefined): readonly Tensor[] {
    const [i, f, candidate, o] = split(gates as Tensor, 4, { axis: -1 }) as readonly [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ]; // SAFETY: a tensor in, four out
    const { activation, recurrentActivation } = this;
    const written = multiply(recurrentActivation(i), activation(candidate));
    const next = carry === undefined ? written : add(multiply(recurrentActivation(f), carry), written);
    return [multiply(recurrentActivation(o), activation(next)) as Tensor, next as Tensor]; // SAFETY: tensors in, tensors out
  }
}

export interface LSTMCell<U extends number = number> extends LSTMCellLayer, CellCall<U> {}

interface LSTMCellKind extends LayerKind {
  readonly layer: LSTMCell<UnitsIn<this>>;
}

export interface LSTMCellConstructor extends CellConstructor<
  LSTMCellKind,
  LSTMCellOptions,
  Values<
    [
      ...ActivationNames,
      ...KernelNames,
      unitForgetBias: "unitForgetBias",
      ...RegularizerNames,
      ...ConstraintNames,
      ...DropoutNames,
      seed: "seed",
    ],
    LSTMCellOptions
  >
> {}

/**
 * One step of an `LSTM`: input, forget and output gates around a carry.
 *
 * Shapes: input `[batch, features]`, states `[h, c]`, each `[batch, units]` → `[output, [h, c]]`.
 *
 * @param units - Size of the states and of the output.
 * @see Keras `layers/rnn/lstm.py`
 */
export const LSTMCell: LSTMCellConstructor = callable<typeof LSTMCellLayer, LSTMCellConstructor>(
  LSTMCellLayer,
);

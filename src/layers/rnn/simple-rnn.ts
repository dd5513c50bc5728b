import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { RecurrentRule, RecurrentSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import type { DTypeIn, LayerKind } from "../constructor.ts";
import type {
  ConstraintNames,
  DropoutNames,
  KernelNames,
  RecurrentConstructor,
  RunNames,
  RegularizerNames,
  ReturnsIn,
  UnitsIn,
} from "./constructor.ts";
import {
  constraintParameters,
  dropoutParameters,
  kernelParameters,
  type RecurrentWeightOptions,
  regularizerParameters,
} from "./gate-cell.ts";
import { bindLayer, type BoundLayer, cellArguments, KernelLayer } from "./kernel-layer.ts";
import { SimpleRNNCell } from "./simple-rnn-cell.ts";
import { type RecurrentCallOptions, sequenceParameters, type SequenceOptions } from "./rnn-layer.ts";

export interface SimpleRNNOptions extends LayerOptions, RecurrentWeightOptions, SequenceOptions {}

class SimpleRNNLayer extends KernelLayer<SimpleRNNCell> {
  static readonly className = "SimpleRNN";
  static readonly parameters: ParameterTable = {
    units: required,
    activation: "tanh",
    ...kernelParameters,
    ...regularizerParameters,
    activityRegularizer: null,
    ...constraintParameters,
    ...dropoutParameters,
    ...sequenceParameters,
    seed: null,
  };

  constructor(...args: readonly unknown[]) {
    const given = bindLayer<BoundLayer & { readonly units: number }>(
      "SimpleRNN",
      SimpleRNNLayer.parameters,
      args,
    );
    super(
      SimpleRNNCell(cellArguments(given, SimpleRNNCell.parameters, "simple_rnn_cell") as never),
      given,
      3,
    ); // SAFETY: the cell checks its options
  }

  get units(): number {
    return this.cell.units;
  }

  /** As Keras writes it: without the seed. */
  override getConfig(): Record<string, unknown> {
    const { seed: _, ...config } = super.getConfig();
    return config;
  }
}

export interface SimpleRNN<
  U extends number = number,
  O extends RecurrentSettings = RecurrentSettings,
  D extends DType = DType,
>
  extends SimpleRNNLayer, LayerCall<RecurrentRule<"SimpleRNN", U, O, D>, RecurrentCallOptions> {}

interface SimpleRNNKind extends LayerKind {
  readonly layer: SimpleRNN<UnitsIn<this>, ReturnsIn<this, 1>, DTypeIn<this>>;
}

export interface SimpleRNNConstructor extends RecurrentConstructor<
  SimpleRNNKind,
  SimpleRNNOptions,
  [
    activation: "activation",
    ...KernelNames,
    ...RegularizerNames,
    activityRegularizer: "activityRegularizer",
    ...ConstraintNames,
    ...DropoutNames,
  ],
  [...RunNames, seed: "seed"]
> {}

/**
 * The plain recurrent layer: `h' = activation(x · kernel + bias + h · recurrentKernel)`.
 *
 * Shapes: input `[batch, time, features]` → output `[batch, units]`, or `[batch, time, units]` with `returnSequences`;
 * with `returnState` a list: the output and the final state, `[batch, units]`. A call takes
 * `{ initialState, mask, training }`.
 *
 * @param units - Size of the state and of the output.
 * @example
 * const y = SimpleRNN(8, { returnSequences: true })(Input({ shape: [20, 3] })); // y.shape → [null, 20, 8]
 * @see Keras `layers/rnn/simple_rnn.py`
 */
export const SimpleRNN: SimpleRNNConstructor = callable<typeof SimpleRNNLayer, SimpleRNNConstructor>(
  SimpleRNNLayer,
);

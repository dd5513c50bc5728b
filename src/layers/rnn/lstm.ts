import type { LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { RecurrentRule, RecurrentSettings } from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import type { DTypeIn, LayerKind } from "../constructor.ts";
import type {
  ActivationNames,
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
  type GateOptions,
  kernelParameters,
  type RecurrentWeightOptions,
  regularizerParameters,
} from "./gate-cell.ts";
import { bindLayer, type BoundLayer, cellArguments, KernelLayer } from "./kernel-layer.ts";
import { LSTMCell } from "./lstm-cell.ts";
import { type RecurrentCallOptions, sequenceParameters, type SequenceOptions } from "./rnn-layer.ts";

export interface LSTMOptions extends LayerOptions, RecurrentWeightOptions, GateOptions, SequenceOptions {
  /** Whether the forget gate's bias starts at 1, so that a new layer remembers. Default true. */
  readonly unitForgetBias?: boolean | undefined;
  /** Of no effect: the steps are one compiled loop in any case. Default `"auto"`. */
  readonly useCudnn?: "auto" | boolean | undefined;
}

class LSTMLayer extends KernelLayer<LSTMCell> {
  static readonly className = "LSTM";
  static readonly parameters: ParameterTable = {
    units: required,
    activation: "tanh",
    recurrentActivation: "sigmoid",
    ...kernelParameters,
    unitForgetBias: true,
    ...regularizerParameters,
    activityRegularizer: null,
    ...constraintParameters,
    ...dropoutParameters,
    seed: null,
    ...sequenceParameters,
    useCudnn: "auto",
  };

  constructor(...args: readonly unknown[]) {
    const given = bindLayer<BoundLayer & { readonly units: number }>("LSTM", LSTMLayer.parameters, args);
    super(LSTMCell(cellArguments(given, LSTMCell.parameters, "lstm_cell") as never), given, 3); // SAFETY: the cell checks its options
  }

  get units(): number {
    return this.cell.units;
  }

  get unitForgetBias(): boolean {
    return this.cell.unitForgetBias;
  }
}

export interface LSTM<
  U extends number = number,
  O extends RecurrentSettings = RecurrentSettings,
  D extends DType = DType,
>
  extends LSTMLayer, LayerCall<RecurrentRule<"LSTM", U, O, D>, RecurrentCallOptions> {}

interface LSTMKind extends LayerKind {
  readonly layer: LSTM<UnitsIn<this>, ReturnsIn<this, 2>, DTypeIn<this>>;
}

export interface LSTMConstructor extends RecurrentConstructor<
  LSTMKind,
  LSTMOptions,
  [
    ...ActivationNames,
    ...KernelNames,
    unitForgetBias: "unitForgetBias",
    ...RegularizerNames,
    activityRegularizer: "activityRegularizer",
    ...ConstraintNames,
    ...DropoutNames,
    seed: "seed",
  ],
  [...RunNames, useCudnn: "useCudnn"]
> {}

/**
 * Long short-term memory: input, forget and output gates around a carry that may last over many steps.
 *
 * Shapes: input `[batch, time, features]` → output `[batch, units]`, or `[batch, time, units]` with `returnSequences`;
 * with `returnState` a list: the output and the final states `h`, `c`, `[batch, units]`. A call takes
 * `{ initialState, mask, training }`.
 *
 * @param units - Size of the state and of the output.
 * @example
 * const y = LSTM(8, { returnSequences: true })(Input({ shape: [20, 3] })); // y.shape → [null, 20, 8]
 * @see Keras `layers/rnn/lstm.py`
 */
export const LSTM: LSTMConstructor = callable<typeof LSTMLayer, LSTMConstructor>(LSTMLayer);

import type { LayerOptions } from "../../graph/layer-base.ts";
import type { DataFormat, Padding, PerAxis } from "../../ir/shape-types/index.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import { ConvLSTMCell } from "./conv-lstm-cell.ts";
import {
  constraintParameters,
  dropoutParameters,
  type GateOptions,
  kernelParameters,
  type RecurrentWeightOptions,
  regularizerParameters,
} from "./gate-cell.ts";
import { bindLayer, type BoundLayer, cellArguments, KernelLayer } from "./kernel-layer.ts";
import type { SequenceOptions } from "./rnn-layer.ts";

export interface ConvLSTMOptions
  extends LayerOptions, RecurrentWeightOptions, Omit<GateOptions, "implementation">, SequenceOptions {
  /** Step of the window along each spatial axis. Default 1. */
  readonly strides?: PerAxis | undefined;
  /** Padding of the inputs; that of the state is always `"same"`. Default `"valid"`. */
  readonly padding?: Padding | undefined;
  /** Default `config.imageDataFormat()`, `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
  /** Distance between the kernel's elements, for the inputs. Default 1. */
  readonly dilationRate?: PerAxis | undefined;
  /** Whether the forget gate's bias starts at 1, so that a new layer remembers. Default true. */
  readonly unitForgetBias?: boolean | undefined;
}

/** The parameters of a convolutional LSTM: Keras's names, order and defaults. */
export const convLstmParameters: ParameterTable = {
  filters: required,
  kernelSize: required,
  strides: 1,
  padding: "valid",
  dataFormat: null,
  dilationRate: 1,
  activation: "tanh",
  recurrentActivation: "sigmoid",
  ...kernelParameters,
  unitForgetBias: true,
  ...regularizerParameters,
  activityRegularizer: null,
  ...constraintParameters,
  ...dropoutParameters,
  seed: null,
  returnSequences: false,
  returnState: false,
  goBackwards: false,
  stateful: false,
};

/** What ConvLSTM1D, 2D and 3D share. @see Keras `layers/rnn/conv_lstm.py` */
export abstract class ConvLSTM extends KernelLayer<ConvLSTMCell> {
  static readonly parameters: ParameterTable = convLstmParameters;

  constructor(className: string, rank: number, args: readonly unknown[]) {
    const given = bindLayer<BoundLayer>(className, convLstmParameters, args);
    super(
      new ConvLSTMCell({ ...cellArguments(given, ConvLSTMCell.parameters, "conv_lstm_cell"), rank }),
      given,
      rank + 3,
    );
  }

  get rank(): number {
    return this.cell.rank;
  }

  get filters(): number {
    return this.cell.filters;
  }

  get kernelSize(): readonly number[] {
    return this.cell.kernelSize;
  }

  get strides(): readonly number[] {
    return this.cell.strides;
  }

  get padding(): Padding {
    return this.cell.padding;
  }

  get dataFormat(): DataFormat {
    return this.cell.dataFormat;
  }

  get dilationRate(): readonly number[] {
    return this.cell.dilationRate;
  }

  get unitForgetBias(): boolean {
    return this.cell.unitForgetBias;
  }
}

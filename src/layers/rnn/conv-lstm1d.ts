import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type {
  ConvolutionSettings,
  ConvRecurrentRule,
  RecurrentSettings,
} from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import type { DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";
import type { ConvLSTMConstructor, ReturnsIn } from "./constructor.ts";
import { ConvLSTM } from "./conv-lstm.ts";
import type { RecurrentCallOptions } from "./rnn-layer.ts";

class ConvLSTM1DLayer extends ConvLSTM {
  static readonly className = "ConvLSTM1D";

  constructor(...args: readonly unknown[]) {
    super("ConvLSTM1D", 1, args);
  }
}

export interface ConvLSTM1D<
  C extends ConvolutionSettings = ConvolutionSettings,
  O extends RecurrentSettings = RecurrentSettings,
  D extends DType = DType,
>
  extends ConvLSTM1DLayer, LayerCall<ConvRecurrentRule<"ConvLSTM1D", 1, C, O, D>, RecurrentCallOptions> {}

interface ConvLSTM1DKind extends LayerKind {
  readonly layer: ConvLSTM1D<SettingsIn<this, ConvolutionSettings>, ReturnsIn<this, 2>, DTypeIn<this>>;
}

export interface ConvLSTM1DConstructor extends ConvLSTMConstructor<ConvLSTM1DKind> {}

/**
 * An LSTM over sequences: its products with inputs and with the state are convolutions.
 *
 * Shapes (channels last): input `[batch, time, length, channels]` → `[batch, length, filters]`, or
 * `[batch, time, length, filters]` with `returnSequences`; then the states `h`, `c`, with `returnState`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number.
 * @throws {ShapeError} when a size behind the time axis is unknown.
 * @see Keras `layers/rnn/conv_lstm1d.py`
 */
export const ConvLSTM1D: ConvLSTM1DConstructor = callable<typeof ConvLSTM1DLayer, ConvLSTM1DConstructor>(
  ConvLSTM1DLayer,
);

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

class ConvLSTM2DLayer extends ConvLSTM {
  static readonly className = "ConvLSTM2D";

  constructor(...args: readonly unknown[]) {
    super("ConvLSTM2D", 2, args);
  }
}

export interface ConvLSTM2D<
  C extends ConvolutionSettings = ConvolutionSettings,
  O extends RecurrentSettings = RecurrentSettings,
  D extends DType = DType,
>
  extends ConvLSTM2DLayer, LayerCall<ConvRecurrentRule<"ConvLSTM2D", 2, C, O, D>, RecurrentCallOptions> {}

interface ConvLSTM2DKind extends LayerKind {
  readonly layer: ConvLSTM2D<SettingsIn<this, ConvolutionSettings>, ReturnsIn<this, 2>, DTypeIn<this>>;
}

export interface ConvLSTM2DConstructor extends ConvLSTMConstructor<ConvLSTM2DKind> {}

/**
 * An LSTM over images: its products with inputs and with the state are convolutions.
 *
 * Shapes (channels last): input `[batch, time, height, width, channels]` → `[batch, height, width, filters]`, or
 * `[batch, time, height, width, filters]` with `returnSequences`; then the states `h`, `c`, with `returnState`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when a size behind the time axis is unknown.
 * @see Keras `layers/rnn/conv_lstm2d.py`
 */
export const ConvLSTM2D: ConvLSTM2DConstructor = callable<typeof ConvLSTM2DLayer, ConvLSTM2DConstructor>(
  ConvLSTM2DLayer,
);

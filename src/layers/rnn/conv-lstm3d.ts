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

class ConvLSTM3DLayer extends ConvLSTM {
  static readonly className = "ConvLSTM3D";

  constructor(...args: readonly unknown[]) {
    super("ConvLSTM3D", 3, args);
  }
}

export interface ConvLSTM3D<
  C extends ConvolutionSettings = ConvolutionSettings,
  O extends RecurrentSettings = RecurrentSettings,
  D extends DType = DType,
>
  extends ConvLSTM3DLayer, LayerCall<ConvRecurrentRule<"ConvLSTM3D", 3, C, O, D>, RecurrentCallOptions> {}

interface ConvLSTM3DKind extends LayerKind {
  readonly layer: ConvLSTM3D<SettingsIn<this, ConvolutionSettings>, ReturnsIn<this, 2>, DTypeIn<this>>;
}

export interface ConvLSTM3DConstructor extends ConvLSTMConstructor<ConvLSTM3DKind> {}

/**
 * An LSTM over volumes: its products with inputs and with the state are convolutions.
 *
 * Shapes (channels last): input `[batch, time, depth, height, width, channels]` → `[batch, depth, height, width, filters]`, or
 * `[batch, time, depth, height, width, filters]` with `returnSequences`; then the states `h`, `c`, with `returnState`.
 *
 * @param filters - Number of output channels.
 * @param kernelSize - Size of the window: one number, or one for each spatial axis.
 * @throws {ShapeError} when a size behind the time axis is unknown.
 * @see Keras `layers/rnn/conv_lstm3d.py`
 */
export const ConvLSTM3D: ConvLSTM3DConstructor = callable<typeof ConvLSTM3DLayer, ConvLSTM3DConstructor>(
  ConvLSTM3DLayer,
);

import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type {
  ConvolutionSettings,
  ConvRecurrentRule,
  DataFormat,
  Padding,
  PerAxis,
  RecurrentSettings,
} from "../../ir/shape-types/index.ts";
import { callable } from "../../util/callable.ts";
import { ConvLSTM, type ConvLSTMOptions } from "./conv-lstm.ts";
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

type Settings<
  N extends number,
  K extends PerAxis,
  S extends PerAxis,
  P extends Padding,
  L extends PerAxis,
  F extends DataFormat,
> = {
  filters: N;
  kernelSize: K;
  strides: S;
  padding: P;
  dilationRate: L;
  dataFormat: F;
};

export interface ConvLSTM2DConstructor {
  <
    const N extends number,
    const K extends PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    filters: N,
    kernelSize: K,
    options?: ConvLSTMOptions<S, P, L, F, Q, R, D>,
  ): ConvLSTM2D<Settings<N, K, S, P, L, F>, { returnSequences: Q; returnState: R; states: 2 }, D>;
  <
    const N extends number,
    const K extends PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    options: ConvLSTMOptions<S, P, L, F, Q, R, D> & { readonly filters: N; readonly kernelSize: K },
  ): ConvLSTM2D<Settings<N, K, S, P, L, F>, { returnSequences: Q; returnState: R; states: 2 }, D>;
  new <
    const N extends number = number,
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    filters: N,
    kernelSize: K,
    options?: ConvLSTMOptions<S, P, L, F, Q, R, D>,
  ): ConvLSTM2D<Settings<N, K, S, P, L, F>, { returnSequences: Q; returnState: R; states: 2 }, D>;
  new <
    const N extends number = number,
    const K extends PerAxis = PerAxis,
    const S extends PerAxis = 1,
    const P extends Padding = "valid",
    const L extends PerAxis = 1,
    const F extends DataFormat = "channels_last",
    const Q extends boolean = false,
    const R extends boolean = false,
    const D extends DType = "float32",
  >(
    options: ConvLSTMOptions<S, P, L, F, Q, R, D> & { readonly filters: N; readonly kernelSize: K },
  ): ConvLSTM2D<Settings<N, K, S, P, L, F>, { returnSequences: Q; returnState: R; states: 2 }, D>;
  fromConfig(config: Readonly<Record<string, unknown>>): ConvLSTM2D;
}

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

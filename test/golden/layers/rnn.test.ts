import { isLayer, type LayerBase } from "../../../src/graph/layer-base.ts";
import * as rnn from "../../../src/layers/rnn/index.ts";
import { deserializeKerasObject } from "../../../src/saving/index.ts";
import { camelKeys } from "../../support/golden-tensors.ts";
import { type LayerCase, layerSuite } from "../../support/layer-suite.ts";

/** A layer whose configuration holds other layers, from the configuration that Keras wrote. */
function fromFile({ class: className, config }: LayerCase): LayerBase {
  const layer = deserializeKerasObject({
    module: "keras.layers",
    class_name: className,
    config,
    registered_name: null,
  });
  if (!isLayer(layer)) throw new Error(`${className} makes no layer`);
  return layer;
}

/** From the constructor's arguments, but where they hold objects. */
function fromArguments(one: LayerCase): LayerBase {
  return JSON.stringify(one.ctor).includes("$object")
    ? fromFile(one)
    : rnn.LSTM(camelKeys(one.ctor ?? {}) as never); // SAFETY: Keras's arguments
}

layerSuite(
  rnn,
  [
    "SimpleRNNCell",
    "GRUCell",
    "LSTMCell",
    "SimpleRNN",
    "GRU",
    "LSTM",
    "StackedRNNCells",
    "RNN",
    "Bidirectional",
    "TimeDistributed",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
  ],
  {
    make: {
      LSTM: fromArguments,
      RNN: fromFile,
      StackedRNNCells: fromFile,
      Bidirectional: fromFile,
      TimeDistributed: fromFile,
    },
    amend: {
      // Keras doubles the forward layer's 3 units; the outputs have 3 + 2.
      "Bidirectional/backward_layer": {
        symbolic_output: { shape: [null, 5, 5], dtype: "float32" },
        compute_output_shape: { input: [[2, 5, 3]], output: [2, 5, 5] },
      },
    },
  },
);

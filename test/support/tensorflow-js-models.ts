import type { TensorFlowJs, TfLayer, TfModel, TfSymbolic } from "./tensorflow-js.ts";

/** A model made with TensorFlow.js, and what to feed it. */
export interface TfCase {
  make(tf: TensorFlowJs): TfModel;
  /** Inputs of whole numbers from 0 to one less, for embeddings; else numbers in -1…1. */
  readonly vocabulary?: number;
  /** Whether it is refused when written again. Default false. */
  readonly isOneWay?: true;
}

/** Layers by the names of the functions that make them. */
function layerMaker(tf: TensorFlowJs): (name: string, options?: object) => TfLayer {
  return (name, options = {}) => {
    const make = tf.layers[name];
    if (make === undefined) throw new Error(`TensorFlow.js has no layer ${name}`);
    return make(options);
  };
}

/** A functional model of layers one after the other. */
function chain(tf: TensorFlowJs, shape: readonly number[], layers: readonly TfLayer[]): TfModel {
  const inputs = tf.input({ shape });
  let x: TfSymbolic = inputs;
  for (const layer of layers) x = layer.apply(x);
  return tf.model({ inputs, outputs: x });
}

/** Every layer that TensorFlow.js has and Keras 3 too, in models of some lines. */
export const tfCases: Readonly<Record<string, TfCase>> = {
  mlp: {
    make: (tf) => {
      const l = layerMaker(tf);
      return tf.sequential({
        layers: [
          l("dense", {
            units: 6,
            activation: "relu",
            inputShape: [5],
            kernelRegularizer: tf.regularizers["l1l2"]?.({ l1: 0.1 }),
          }),
          l("dropout", { rate: 0.5 }),
          l("dense", {
            units: 4,
            activation: "tanh",
            useBias: false,
            kernelConstraint: tf.constraints["maxNorm"]?.({ maxValue: 2 }),
          }),
          l("activation", { activation: "softplus" }),
          l("dense", { units: 3, activation: "softmax" }),
        ],
      });
    },
  },
  cnn: {
    make: (tf) => {
      const l = layerMaker(tf);
      return tf.sequential({
        layers: [
          l("conv2d", {
            filters: 4,
            kernelSize: 3,
            padding: "same",
            activation: "elu",
            inputShape: [8, 8, 2],
          }),
          l("batchNormalization", {}),
          l("maxPooling2d", { poolSize: 2 }),
          l("conv2d", { filters: 3, kernelSize: [2, 3], strides: [1, 2], dilationRate: 1 }),
          l("averagePooling2d", { poolSize: 2, strides: 1, padding: "same" }),
          l("flatten"),
          l("dense", { units: 2 }),
        ],
      });
    },
  },
  images: {
    make: (tf) => {
      const l = layerMaker(tf);
      return chain(
        tf,
        [8, 8, 3],
        [
          l("separableConv2d", { filters: 4, kernelSize: 3, padding: "same" }),
          l("depthwiseConv2d", { kernelSize: 2, depthMultiplier: 2 }),
          l("conv2dTranspose", { filters: 2, kernelSize: 3, strides: 2, padding: "same" }),
          l("upSampling2d", { size: [2, 2] }),
          l("zeroPadding2d", {
            padding: [
              [1, 0],
              [2, 1],
            ],
          }),
          l("cropping2D", {
            cropping: [
              [2, 1],
              [1, 3],
            ],
          }),
          l("globalAveragePooling2d", {}),
        ],
      );
    },
  },
  sequences: {
    make: (tf) => {
      const l = layerMaker(tf);
      return chain(
        tf,
        [12, 3],
        [
          l("conv1d", { filters: 4, kernelSize: 3, padding: "same" }),
          l("maxPooling1d", {}),
          l("averagePooling1d", { poolSize: 2, strides: 1 }),
          l("spatialDropout1d", { rate: 0.2 }),
          l("globalMaxPooling1d"),
        ],
      );
    },
  },
  volumes: {
    make: (tf) => {
      const l = layerMaker(tf);
      return chain(
        tf,
        [6, 6, 6, 1],
        [
          l("conv3d", { filters: 2, kernelSize: 3 }),
          l("maxPooling3d", {}),
          l("conv3dTranspose", { filters: 2, kernelSize: 2 }),
          l("averagePooling3d", { poolSize: [3, 1, 1] }),
        ],
      );
    },
  },
  embeddingGru: {
    vocabulary: 10,
    make: (tf) => {
      const l = layerMaker(tf);
      return tf.sequential({
        layers: [
          l("embedding", { inputDim: 10, outputDim: 4, inputLength: 6 }),
          l("gru", { units: 3, returnSequences: true }),
          l("simpleRNN", { units: 3, goBackwards: true }),
          l("dense", { units: 2, activation: "logSoftmax" }),
        ],
      });
    },
  },
  maskedLstm: {
    vocabulary: 5,
    make: (tf) => {
      const l = layerMaker(tf);
      return chain(
        tf,
        [7],
        [
          l("embedding", { inputDim: 5, outputDim: 4, maskZero: true }),
          l("lstm", { units: 3, returnSequences: true, unitForgetBias: true }),
          l("lstm", { units: 3, recurrentActivation: "sigmoid" }),
        ],
      );
    },
  },
  bidirectional: {
    make: (tf) => {
      const l = layerMaker(tf);
      const around = (name: string, layer: TfLayer, more: object = {}): TfLayer =>
        l(name, { layer, ...more });
      return chain(
        tf,
        [5, 3],
        [
          around("bidirectional", l("lstm", { units: 2, returnSequences: true })),
          around("timeDistributed", l("dense", { units: 4, activation: "relu" })),
          around("bidirectional", l("gru", { units: 3 }), { mergeMode: "ave" }),
        ],
      );
    },
  },
  stackedCells: {
    make: (tf) => {
      const l = layerMaker(tf);
      const cell = [l("lstmCell", { units: 2 }), l("gruCell", { units: 3 })];
      return chain(
        tf,
        [5, 3],
        [l("rnn", { cell, returnSequences: true }), l("rnn", { cell: l("simpleRNNCell", { units: 2 }) })],
      );
    },
  },
  states: {
    make: (tf) => {
      const inputs = tf.input({ shape: [5, 3] });
      const [, h, c] = layerMaker(tf)("lstm", { units: 2, returnState: true }).apply(inputs);
      const outputs = layerMaker(tf)("lstm", { units: 2, returnSequences: true }).apply(inputs, {
        initialState: [h, c],
      });
      return tf.model({ inputs, outputs });
    },
  },
  convLstm: {
    make: (tf) =>
      chain(
        tf,
        [3, 5, 5, 1],
        [layerMaker(tf)("convLstm2d", { filters: 2, kernelSize: 2, returnSequences: true })],
      ),
  },
  nested: {
    make: (tf) => {
      const l = layerMaker(tf);
      const shared = tf.sequential({
        layers: [l("dense", { units: 3, inputShape: [4] }), l("batchNormalization")],
      });
      const inner = tf.input({ shape: [4] });
      const branch = tf.model({ inputs: inner, outputs: l("dense", { units: 3 }).apply(inner) });
      const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
      const sum = l("add").apply([shared.apply(a), shared.apply(b)]);
      return tf.model({ inputs: [a, b], outputs: [sum, branch.apply(b), shared.apply(a)] });
    },
  },
  merging: {
    make: (tf) => {
      const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
      const merge = (name: string, options: object = {}): unknown =>
        layerMaker(tf)(name, options).apply([a, b]);
      const names = ["add", "multiply", "average", "maximum", "minimum"];
      return tf.model({
        inputs: [a, b],
        outputs: [
          ...names.map((name) => merge(name)),
          merge("concatenate"),
          merge("dot", { axes: 1, normalize: true }),
        ],
      });
    },
  },
  activations: {
    make: (tf) => {
      const inputs = tf.input({ shape: [6] });
      const l = layerMaker(tf);
      const layers = [
        ...["leakyReLU", "prelu", "elu", "softmax", "layerNormalization"].map((name) => l(name)),
        l("thresholdedReLU", { theta: 0.3 }),
        l("reLU", { maxValue: 0.5 }),
        ...["selu", "relu6", "sigmoid", "hardSigmoid", "softsign", "swish", "mish", "gelu"].map(
          (activation) => l("activation", { activation }),
        ),
      ];
      return tf.model({ inputs, outputs: layers.map((layer) => layer.apply(inputs)) });
    },
  },
  shapes: {
    make: (tf) => {
      const l = layerMaker(tf);
      return chain(
        tf,
        [6],
        [
          l("gaussianNoise", { stddev: 0.1 }),
          l("gaussianDropout", { rate: 0.1 }),
          l("alphaDropout", { rate: 0.1 }),
          l("repeatVector", { n: 4 }),
          l("permute", { dims: [2, 1] }),
          l("masking", { maskValue: 0 }),
          l("reshape", { targetShape: [2, 4, 3] }),
          l("rescaling", { scale: 2, offset: 1 }),
          l("globalMaxPooling2d", {}),
        ],
      );
    },
  },
  categories: {
    vocabulary: 4,
    isOneWay: true,
    make: (tf) =>
      chain(tf, [5], [layerMaker(tf)("categoryEncoding", { numTokens: 4, outputMode: "multiHot" })]),
  },
};

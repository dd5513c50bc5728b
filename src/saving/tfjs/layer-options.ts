/** What TensorFlow.js knows of a layer. */
export interface LayerOptions {
  /** Options it has too, beside `name` and `trainable`. */
  readonly kept: readonly string[];
  /** Options it lacks, and the values at which they do nothing; `null` always is one. */
  readonly idle?: Readonly<Record<string, readonly unknown[]>>;
  /** Options that it lacks and that do not change what the layer computes. */
  readonly left?: readonly string[];
  /** Options under another name. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Values it has no equal of, for options it has. */
  readonly refused?: Readonly<Record<string, readonly unknown[]>>;
  /** Whether masks pass it, or are refused since it would compute something else with one; else it drops them. */
  readonly masks?: "pass" | "refuse";
}

const bias = ["activation", "use_bias", "bias_initializer", "bias_regularizer", "bias_constraint"];
const kernel = ["kernel_initializer", "kernel_regularizer", "kernel_constraint"];
const window = ["kernel_size", "strides", "padding", "data_format"];
const pool = ["pool_size", "strides", "padding"];
const lastChannels = { data_format: ["channels_last"] };
const noCausal = { padding: ["causal"] };
const convolution: LayerOptions = {
  kept: ["filters", ...window, "dilation_rate", ...kernel, ...bias],
  idle: { groups: [1] },
  refused: noCausal,
};
const transposed: LayerOptions = {
  kept: ["filters", ...window, ...kernel, ...bias],
  idle: { dilation_rate: [1, "1,1", "1,1,1"] },
};
const depthwise = ["depthwise_initializer", "depthwise_regularizer", "depthwise_constraint"];
const pointwise = ["pointwise_initializer", "pointwise_regularizer", "pointwise_constraint"];
const recurrent = ["recurrent_initializer", "recurrent_regularizer", "recurrent_constraint"];
const cell = [...kernel, ...recurrent, ...bias, "dropout", "recurrent_dropout"];
const loop = ["return_sequences", "return_state", "go_backwards", "stateful"];
/** How steps are run, not what they compute; seeds of dropout; what becomes of masked steps is checked where there are masks. */
const runs = ["unroll", "seed", "zero_output_for_mask"];
const gated = ["units", "recurrent_activation"];
const merge: LayerOptions = { kept: [], masks: "refuse" };
const global: LayerOptions = { kept: ["data_format"], idle: { keepdims: [false] } };
const scaled = ["axis", "epsilon", "center", "scale", "beta_initializer", "gamma_initializer", "beta_regularizer", "gamma_regularizer"]; // prettier-ignore

/**
 * The layers of TensorFlow.js 4.22 that compute what Keras's of the same name compute, with their options as its own
 * `getConfig` lists them.
 *
 * @see TensorFlow.js `tfjs-layers/src/layers`
 */
export const layerOptions: Readonly<Record<string, LayerOptions>> = {
  InputLayer: {
    kept: ["dtype", "sparse"],
    renamed: { batch_shape: "batch_input_shape" },
    idle: { ragged: [false], optional: [false] },
    refused: { sparse: [true] },
  },
  Dense: { kept: ["units", ...kernel, ...bias], masks: "pass" },
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv2DTranspose: transposed,
  Conv3DTranspose: transposed,
  SeparableConv2D: {
    kept: ["filters", ...window, "dilation_rate", "depth_multiplier", ...depthwise, ...pointwise, ...bias],
    refused: noCausal,
  },
  DepthwiseConv2D: {
    kept: [...window, "dilation_rate", "depth_multiplier", ...depthwise, ...bias],
    refused: noCausal,
  },
  Cropping2D: { kept: ["cropping", "data_format"] },
  // Its bilinear interpolation takes the corners of pixels, Keras's their centers.
  UpSampling2D: {
    kept: ["size", "data_format", "interpolation"],
    refused: { interpolation: ["bilinear", "bicubic", "lanczos3", "lanczos5"] },
  },
  ZeroPadding2D: { kept: ["padding", "data_format"] },
  ReLU: { kept: ["max_value"], idle: { negative_slope: [0], threshold: [0] }, masks: "pass" },
  LeakyReLU: { kept: [], renamed: { negative_slope: "alpha" } },
  PReLU: {
    kept: ["alpha_initializer", "alpha_regularizer", "alpha_constraint", "shared_axes"],
    masks: "pass",
  },
  ELU: { kept: [], idle: { alpha: [1] } },
  Softmax: { kept: ["axis"], masks: "refuse" },
  Dropout: { kept: ["rate", "noise_shape", "seed"], masks: "pass" },
  SpatialDropout1D: { kept: ["rate", "seed"] },
  Flatten: { kept: ["data_format"] },
  Activation: { kept: ["activation"], masks: "pass" },
  RepeatVector: { kept: ["n"] },
  Reshape: { kept: ["target_shape"] },
  Permute: { kept: ["dims"] },
  Masking: { kept: ["mask_value"], masks: "pass" },
  Embedding: {
    kept: [
      "input_dim",
      "output_dim",
      "embeddings_initializer",
      "embeddings_regularizer",
      "embeddings_constraint",
      "mask_zero",
    ],
    masks: "pass",
  },
  Add: merge,
  Multiply: merge,
  Average: merge,
  Maximum: merge,
  Minimum: merge,
  Concatenate: { kept: ["axis"], masks: "refuse" },
  Dot: { kept: ["axes", "normalize"], masks: "refuse" },
  GaussianNoise: { kept: ["stddev"], left: ["seed"], masks: "pass" },
  GaussianDropout: { kept: ["rate"], left: ["seed"], masks: "pass" },
  AlphaDropout: { kept: ["rate", "noise_shape"], left: ["seed"], masks: "pass" },
  BatchNormalization: {
    kept: [
      ...scaled,
      "momentum",
      "moving_mean_initializer",
      "moving_variance_initializer",
      "beta_constraint",
      "gamma_constraint",
    ],
    idle: { renorm: [false], synchronized: [false] },
    left: ["renorm_clipping", "renorm_momentum"],
    masks: "pass",
  },
  LayerNormalization: { kept: scaled, idle: { rms_scaling: [false] }, masks: "pass" },
  MaxPooling1D: { kept: pool, idle: lastChannels },
  AveragePooling1D: { kept: pool, idle: lastChannels },
  MaxPooling2D: { kept: [...pool, "data_format"] },
  AveragePooling2D: { kept: [...pool, "data_format"] },
  MaxPooling3D: { kept: [...pool, "data_format"] },
  AveragePooling3D: { kept: [...pool, "data_format"] },
  GlobalMaxPooling1D: { kept: [], idle: { ...lastChannels, keepdims: [false] } },
  GlobalAveragePooling1D: { kept: [], idle: { ...lastChannels, keepdims: [false] }, masks: "refuse" },
  GlobalMaxPooling2D: global,
  GlobalAveragePooling2D: global,
  SimpleRNN: { kept: ["units", ...cell, ...loop], left: runs, masks: "pass" },
  LSTM: {
    kept: [...gated, "unit_forget_bias", ...cell, ...loop],
    left: runs,
    masks: "pass",
  },
  GRU: {
    kept: [...gated, ...cell, ...loop, "reset_after"],
    left: runs,
    refused: { reset_after: [true] },
    masks: "pass",
  },
  ConvLSTM2D: {
    kept: [
      "filters",
      ...window,
      "dilation_rate",
      "recurrent_activation",
      "unit_forget_bias",
      ...cell,
      ...loop,
    ],
    left: runs,
    masks: "refuse",
  },
  SimpleRNNCell: { kept: ["units", ...cell], left: runs },
  LSTMCell: { kept: [...gated, "unit_forget_bias", ...cell], left: runs },
  GRUCell: { kept: [...gated, ...cell, "reset_after"], left: runs, refused: { reset_after: [true] } },
  StackedRNNCells: { kept: ["cells"] },
  RNN: { kept: ["cell", ...loop], left: runs, masks: "pass" },
  TimeDistributed: { kept: ["layer"], masks: "pass" },
  Bidirectional: { kept: ["layer", "merge_mode"], left: ["backward_layer"], masks: "pass" },
  Rescaling: { kept: ["scale", "offset"] },
};

/** Activations that it has, by Keras's names, under its own. */
export const activations: Readonly<Record<string, string>> = {
  elu: "elu",
  gelu: "gelu",
  linear: "linear",
  log_softmax: "log_softmax",
  mish: "mish",
  relu: "relu",
  relu6: "relu6",
  selu: "selu",
  sigmoid: "sigmoid",
  silu: "swish",
  softmax: "softmax",
  softplus: "softplus",
  softsign: "softsign",
  swish: "swish",
  tanh: "tanh",
};

/** Initializers, regularizers and constraints that it has, by Keras's names, with their options there. */
export const parts: Readonly<
  Record<string, { readonly className?: string; readonly kept: readonly string[] }>
> = {
  Zeros: { kept: [] },
  Ones: { kept: [] },
  Constant: { kept: ["value"] },
  RandomUniform: { kept: ["minval", "maxval", "seed"] },
  RandomNormal: { kept: ["mean", "stddev", "seed"] },
  TruncatedNormal: { kept: ["mean", "stddev", "seed"] },
  Identity: { kept: ["gain"] },
  VarianceScaling: { kept: ["scale", "mode", "distribution", "seed"] },
  GlorotUniform: { kept: ["seed"] },
  GlorotNormal: { kept: ["seed"] },
  HeNormal: { kept: ["seed"] },
  HeUniform: { kept: ["seed"] },
  LecunNormal: { className: "LeCunNormal", kept: ["seed"] },
  LecunUniform: { className: "LeCunUniform", kept: ["seed"] },
  Orthogonal: { kept: ["gain", "seed"] },
  L1: { className: "L1L2", kept: ["l1"] },
  L2: { className: "L1L2", kept: ["l2"] },
  L1L2: { kept: ["l1", "l2"] },
  MaxNorm: { kept: ["max_value", "axis"] },
  MinMaxNorm: { kept: ["min_value", "max_value", "rate", "axis"] },
  NonNeg: { kept: [] },
  UnitNorm: { kept: ["axis"] },
};

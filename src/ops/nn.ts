/** Keras's `ops.nn` namespace: the same functions as in `ops` itself. */
export {
  celu,
  elu,
  gelu,
  glu,
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardSwish,
  hardTanh,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softShrink,
  softmax,
  softplus,
  softsign,
  sparsePlus,
  sparseSigmoid,
  sparsemax,
  squareplus,
  swish,
  tanhShrink,
  threshold,
} from "./activations.ts";
export { dotProductAttention } from "./attention.ts";
export { conv, convTranspose, depthwiseConv, separableConv } from "./convolution.ts";
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from "./crossentropy.ts";
export { ctcDecode, ctcLoss } from "./ctc.ts";
export { multiHot, oneHot } from "./indexing.ts";
export {
  batchNormalization,
  layerNormalization,
  normalize,
  psnr,
  rmsNormalization,
} from "./normalization.ts";
export {
  adaptiveAveragePool,
  adaptiveMaxPool,
  averagePool,
  depthToSpace,
  fold,
  maxPool,
  spaceToDepth,
  unfold,
} from "./pooling.ts";
export { moments } from "./reductions.ts";
export { polar } from "./signal.ts";

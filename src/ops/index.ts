/**
 * The public array functions: Keras's `ops` namespace. The same functions work on tensors, inside compiled steps and on
 * symbolic tensors, where they make graph nodes.
 */
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
export {
  add,
  arctan2,
  divide,
  divideNoNan,
  floorDivide,
  fmax,
  fmin,
  fmod,
  gcd,
  heaviside,
  hypot,
  lcm,
  ldexp,
  logaddexp,
  logaddexp2,
  maximum,
  minimum,
  mod,
  multiply,
  nextafter,
  power,
  subtract,
  trueDivide,
} from "./arithmetic.ts";
export { associativeScan } from "./associative-scan.ts";
export { dotProductAttention } from "./attention.ts";
export {
  bitwiseAnd,
  bitwiseInvert,
  bitwiseLeftShift,
  bitwiseNot,
  bitwiseOr,
  bitwiseRightShift,
  bitwiseXor,
  leftShift,
  rightShift,
} from "./bitwise.ts";
export { cond } from "./branching.ts";
export { cast } from "./cast.ts";
export {
  allclose,
  equal,
  greater,
  greaterEqual,
  isclose,
  isfinite,
  isin,
  isinf,
  isnan,
  isneginf,
  isposinf,
  isreal,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  notEqual,
  signbit,
} from "./comparison.ts";
export { array, convertToNumpy, convertToTensor, saturateCast } from "./conversion.ts";
export { conv, convTranspose, depthwiseConv, separableConv } from "./convolution.ts";
export {
  arange,
  bartlett,
  blackman,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  geomspace,
  hamming,
  hanning,
  identity,
  kaiser,
  linspace,
  logspace,
  ones,
  onesLike,
  tri,
  zeros,
  zerosLike,
} from "./creation.ts";
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from "./crossentropy.ts";
export { ctcDecode, ctcLoss } from "./ctc.ts";
export { cumprod, cumsum } from "./cumulative.ts";
export { diag, diagflat, diagonal, trace, tril, triu } from "./diagonals.ts";
export { einsum } from "./einsum.ts";
export { erfc } from "./erfc.ts";
export { getItem } from "./get-item.ts";
export { customGradient, grad, jvp, valueAndGrad, vjp } from "./gradient.ts";
export { slice, sliceUpdate } from "./blocks.ts";
export { multiHot, oneHot, select, unravelIndex, where } from "./indexing.ts";
export { scatter, scatterUpdate } from "./scattering.ts";
export { take, takeAlongAxis } from "./taking.ts";
export {
  append,
  arraySplit,
  columnStack,
  concatenate,
  dsplit,
  dstack,
  hsplit,
  hstack,
  split,
  stack,
  unstack,
  vsplit,
  vstack,
} from "./joining.ts";
export {
  cholesky,
  choleskyInverse,
  det,
  eig,
  eigh,
  inv,
  logdet,
  lstsq,
  luFactor,
  matrixPower,
  matrixRank,
  pinv,
  qr,
  slogdet,
  solve,
  solveTriangular,
  svd,
} from "./linear-algebra.ts";
export { foriLoop, map, scan, vectorizedMap, whileLoop } from "./loops.ts";
export {
  nanargmax,
  nanargmin,
  nancumprod,
  nancumsum,
  nanmax,
  nanmean,
  nanmin,
  nanprod,
  nanstd,
  nansum,
  nanvar,
} from "./nan-reductions.ts";
export { norm } from "./norm.ts";
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
export { cdist, cross, dot, inner, kron, matmul, outer, tensordot, vdot } from "./products.ts";
export { rearrange } from "./rearrange.ts";
export {
  diff,
  flip,
  fliplr,
  flipud,
  meshgrid,
  pad,
  repeat,
  roll,
  rot90,
  tile,
  trapezoid,
  vander,
} from "./rearranging.ts";
export {
  all,
  amax,
  amin,
  any,
  argmax,
  argmin,
  average,
  countNonzero,
  logsumexp,
  max,
  mean,
  min,
  moments,
  prod,
  ptp,
  std,
  sum,
  variance as var,
} from "./reductions.ts";
export { bincount, digitize, histogram, nonzero, searchsorted, unique, view } from "./searching.ts";
export { segmentMax, segmentMin, segmentProd, segmentSum } from "./segment.ts";
export {
  broadcastTo,
  dtype,
  expandDims,
  isTensor,
  moveaxis,
  ndim,
  ravel,
  reshape,
  shape,
  size,
  squeeze,
  swapaxes,
  transpose,
} from "./shape.ts";
export {
  extractSequences,
  fft,
  fft2,
  ifft2,
  irfft,
  istft,
  polar,
  rfft,
  stft,
  viewAsComplex,
  viewAsReal,
} from "./signal.ts";
export { argpartition, argsort, inTopK, sort, topK } from "./sorting.ts";
export { gammainc } from "./special.ts";
export {
  corrcoef,
  correlate,
  median,
  nanmedian,
  nanpercentile,
  nanquantile,
  percentile,
  quantile,
} from "./statistics.ts";
export {
  abs,
  absolute,
  angle,
  arccos,
  arccosh,
  arcsin,
  arcsinh,
  arctan,
  arctanh,
  cbrt,
  ceil,
  clip,
  conj,
  conjugate,
  copy,
  cos,
  cosh,
  deg2rad,
  erf,
  erfinv,
  exp,
  exp2,
  expm1,
  fabs,
  floor,
  i0,
  imag,
  log,
  log10,
  log1p,
  log2,
  nanToNum,
  negative,
  rad2deg,
  real,
  reciprocal,
  round,
  rsqrt,
  sign,
  sin,
  sinc,
  sinh,
  sqrt,
  square,
  stopGradient,
  tan,
  tanh,
  trunc,
} from "./unary-math.ts";
export { vectorize } from "./vectorize.ts";
export { switch } from "./branching.ts";
export * as image from "./image.ts";
export * as linalg from "./linalg.ts";
export * as nn from "./nn.ts";

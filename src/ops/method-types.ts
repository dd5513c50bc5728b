// Size: one entry for each op, as a table.
import type { DType } from "../ir/dtypes.ts";
import type {
  ExpandDims,
  Index,
  Indexed,
  Matmul,
  OneHot,
  Reshaped,
  Shape,
  Squeezed,
  Transposed,
} from "../ir/shape-types/index.ts";
import type { CloseOptions } from "./comparison.ts";
import type { ConvolutionRest } from "./convolution.ts";
import type {
  BinaryMethod,
  BoolUnaryMethod,
  CompareMethod,
  ElementwiseMethod,
  FloatBinaryMethod,
  FloatUnaryMethod,
  Method1,
  Method1Many,
  Method1Pair,
  Method2,
  Method3,
  ReductionMethod,
  Result,
  UnaryMethod,
} from "./core/op-types.ts";
import type {
  DTypeOf,
  Fits,
  Operand,
  PromotedOf,
  ReducedOf,
  Rest,
  ShapeOf,
  Together,
} from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import type { Placing, Spacing } from "./creation.ts";
import type { CtcDecodeOptions } from "./ctc.ts";
import type { DiagonalRest } from "./diagonals.ts";
import type { Key } from "./get-item.ts";
import type { Start } from "./blocks.ts";
import type { Reduction } from "./scattering.ts";
import type { Sections, SplitOptions } from "./joining.ts";
import type { NormOrder } from "./norm.ts";
import type { NormalizeRest } from "./normalization.ts";
import type { AdaptiveRest, BlockRest, PatchRest, PoolRest } from "./pooling.ts";
import type { TensordotAxes } from "./products.ts";
import type { PadMode, PadWidth, Repeats } from "./rearranging.ts";
import type { Axis } from "./reductions.ts";
import type { FrameRest, WindowShape } from "./signal.ts";
import type { QuantileMethod } from "./statistics.ts";

type OneHotRest = [
  { readonly axis?: number },
  { readonly dtype?: DType | null },
  { readonly sparse?: boolean },
];

/** Every op of one or more tensors as a method of its first one: `a.matmul(b).add(c)`. */
export interface TensorMethods {
  /** Indexing as in NumPy: `x.at(":", 0, "1:3", "::2", -1, null, "...")`. */
  readonly at: <X extends Operand, const K extends readonly Key[]>(
    this: X,
    ...keys: K
  ) => Result<X, K extends readonly Index[] ? Indexed<ShapeOf<X>, K> : Shape, DTypeOf<X>>;
  readonly celu: ElementwiseMethod<[{ readonly alpha?: number }]>;
  readonly elu: ElementwiseMethod<[{ readonly alpha?: number }]>;
  readonly gelu: ElementwiseMethod<[{ readonly approximate?: boolean }]>;
  readonly glu: Method1<[{ readonly axis?: number }]>;
  readonly hardShrink: ElementwiseMethod<[{ readonly threshold?: number }]>;
  readonly hardSigmoid: FloatUnaryMethod;
  readonly hardSilu: FloatUnaryMethod;
  readonly hardSwish: FloatUnaryMethod;
  readonly hardTanh: FloatUnaryMethod;
  readonly leakyRelu: ElementwiseMethod<[{ readonly negativeSlope?: number }]>;
  readonly logSigmoid: FloatUnaryMethod;
  readonly logSoftmax: ElementwiseMethod<[{ readonly axis?: Axis }]>;
  readonly relu: UnaryMethod;
  readonly relu6: UnaryMethod;
  readonly selu: FloatUnaryMethod;
  readonly sigmoid: FloatUnaryMethod;
  readonly silu: FloatUnaryMethod;
  readonly softShrink: ElementwiseMethod<[{ readonly threshold?: number }]>;
  readonly softmax: ElementwiseMethod<[{ readonly axis?: Axis }]>;
  readonly softplus: FloatUnaryMethod;
  readonly softsign: FloatUnaryMethod;
  readonly sparsePlus: FloatUnaryMethod;
  readonly sparseSigmoid: FloatUnaryMethod;
  readonly sparsemax: ElementwiseMethod<[{ readonly axis?: number }]>;
  readonly squareplus: ElementwiseMethod<[{ readonly b?: number }]>;
  readonly swish: FloatUnaryMethod;
  readonly tanhShrink: FloatUnaryMethod;
  readonly threshold: ElementwiseMethod<[{ readonly threshold: number }, { readonly defaultValue: number }]>;
  readonly add: BinaryMethod;
  readonly arctan2: FloatBinaryMethod;
  readonly divide: FloatBinaryMethod;
  readonly divideNoNan: FloatBinaryMethod;
  readonly floorDivide: BinaryMethod;
  readonly fmax: BinaryMethod;
  readonly fmin: BinaryMethod;
  readonly fmod: BinaryMethod;
  readonly gcd: BinaryMethod;
  readonly heaviside: FloatBinaryMethod;
  readonly hypot: FloatBinaryMethod;
  readonly lcm: BinaryMethod;
  readonly ldexp: FloatBinaryMethod;
  readonly logaddexp: FloatBinaryMethod;
  readonly logaddexp2: FloatBinaryMethod;
  readonly maximum: BinaryMethod;
  readonly minimum: BinaryMethod;
  readonly mod: BinaryMethod;
  readonly multiply: BinaryMethod;
  readonly nextafter: FloatBinaryMethod;
  readonly power: BinaryMethod;
  readonly subtract: BinaryMethod;
  readonly trueDivide: FloatBinaryMethod;
  readonly dotProductAttention: Method3<
    [
      { readonly bias?: Operand | null },
      { readonly mask?: Operand | null },
      { readonly scale?: number | null },
      { readonly isCausal?: boolean },
      { readonly flashAttention?: boolean | null },
      { readonly attnLogitsSoftCap?: number | null },
    ],
    "key",
    "value"
  >;
  readonly bitwiseAnd: BinaryMethod<"y">;
  readonly bitwiseInvert: UnaryMethod;
  readonly bitwiseLeftShift: BinaryMethod<"y">;
  readonly bitwiseNot: UnaryMethod;
  readonly bitwiseOr: BinaryMethod<"y">;
  readonly bitwiseRightShift: BinaryMethod<"y">;
  readonly bitwiseXor: BinaryMethod<"y">;
  readonly leftShift: BinaryMethod<"y">;
  readonly rightShift: BinaryMethod<"y">;
  readonly cast: <X extends Operand, const D extends DType>(
    this: X,
    dtype: D | { readonly dtype: D },
  ) => Result<X, ShapeOf<X>, D>;
  readonly allclose: Method2<CloseOptions>;
  readonly equal: CompareMethod;
  readonly greater: CompareMethod;
  readonly greaterEqual: CompareMethod;
  readonly isclose: Method2<CloseOptions>;
  readonly isfinite: BoolUnaryMethod;
  readonly isin: Method2<[{ readonly assumeUnique?: boolean }, { readonly invert?: boolean }]>;
  readonly isinf: BoolUnaryMethod;
  readonly isnan: BoolUnaryMethod;
  readonly isneginf: BoolUnaryMethod;
  readonly isposinf: BoolUnaryMethod;
  readonly isreal: BoolUnaryMethod;
  readonly less: CompareMethod;
  readonly lessEqual: CompareMethod;
  readonly logicalAnd: CompareMethod;
  readonly logicalNot: BoolUnaryMethod;
  readonly logicalOr: CompareMethod;
  readonly logicalXor: CompareMethod;
  readonly notEqual: CompareMethod;
  readonly signbit: BoolUnaryMethod;
  readonly saturateCast: <X extends Operand>(this: X, dtype: DType) => Result<X, ShapeOf<X>>;
  readonly conv: Method2<ConvolutionRest, "kernel">;
  readonly convTranspose: Method2<
    [
      ConvolutionRest[0],
      ConvolutionRest[1],
      { readonly outputPadding?: number | readonly number[] | null },
      ConvolutionRest[2],
      ConvolutionRest[3],
    ],
    "kernel"
  >;
  readonly depthwiseConv: Method2<ConvolutionRest, "kernel">;
  readonly separableConv: Method3<ConvolutionRest, "depthwiseKernel", "pointwiseKernel">;
  readonly emptyLike: <X extends Operand>(
    this: X,
    dtype?: DType | null | { readonly dtype?: DType | null },
  ) => Result<X, ShapeOf<X>>;
  readonly fullLike: <X extends Operand>(
    this: X,
    ...rest: Rest<[{ readonly fillValue: Operand }, { readonly dtype?: DType | null }]>
  ) => Result<X, ShapeOf<X>>;
  readonly geomspace: <A extends Operand, B extends Operand>(
    this: A,
    stop: B,
    ...rest: Rest<[...Spacing, ...Placing]>
  ) => Result<A | B>;
  readonly linspace: <A extends Operand, B extends Operand>(
    this: A,
    stop: B,
    ...rest: Rest<[...Spacing, { readonly retstep?: false }, ...Placing]>
  ) => Result<A | B>;
  readonly logspace: <A extends Operand, B extends Operand>(
    this: A,
    stop: B,
    ...rest: Rest<[...Spacing, { readonly base?: number }, ...Placing]>
  ) => Result<A | B>;
  readonly onesLike: <X extends Operand>(
    this: X,
    dtype?: DType | null | { readonly dtype?: DType | null },
  ) => Result<X, ShapeOf<X>>;
  readonly zerosLike: <X extends Operand>(
    this: X,
    dtype?: DType | null | { readonly dtype?: DType | null },
  ) => Result<X, ShapeOf<X>>;
  readonly binaryCrossentropy: Method2<[{ readonly fromLogits?: boolean }], "output">;
  readonly categoricalCrossentropy: Method2<
    [{ readonly fromLogits?: boolean }, { readonly axis?: number }],
    "output"
  >;
  readonly sparseCategoricalCrossentropy: Method2<
    [{ readonly fromLogits?: boolean }, { readonly axis?: number }],
    "output"
  >;
  readonly ctcDecode: <X extends Operand>(
    this: X,
    sequenceLengths: Operand,
    options?: CtcDecodeOptions,
  ) => readonly [Result<X>, Result<X>];
  readonly ctcLoss: <T extends Operand, O extends Operand>(
    this: T,
    output: O,
    targetLength: Operand,
    outputLength: Operand,
    ...rest: Rest<[{ readonly maskIndex?: number }]>
  ) => Result<T | O>;
  readonly cumprod: Method1<[{ readonly axis?: number | null }, { readonly dtype?: DType | null }]>;
  readonly cumsum: Method1<[{ readonly axis?: number | null }, { readonly dtype?: DType | null }]>;
  readonly diag: Method1<[{ readonly k?: number }]>;
  readonly diagflat: Method1<[{ readonly k?: number }]>;
  readonly diagonal: Method1<DiagonalRest>;
  readonly trace: Method1<DiagonalRest>;
  readonly tril: Method1<[{ readonly k?: number }]>;
  readonly triu: Method1<[{ readonly k?: number }]>;
  readonly getItem: <X extends Operand, const K extends readonly Key[] | Key>(
    this: X,
    key: K,
  ) => Result<X, K extends readonly Index[] ? Indexed<ShapeOf<X>, K> : Shape, DTypeOf<X>>;
  readonly multiHot: Method1<
    [
      { readonly numClasses: number },
      { readonly axis?: number },
      { readonly dtype?: DType | null },
      { readonly sparse?: boolean },
    ]
  >;
  readonly oneHot: {
    <X extends Operand, const N extends number>(
      this: X,
      options: { readonly numClasses: N } & Together<OneHotRest>,
    ): Result<X, OneHot<ShapeOf<X>, N>>;
    <X extends Operand, const N extends number>(
      this: X,
      numClasses: N,
      ...rest: Rest<OneHotRest>
    ): Result<X, OneHot<ShapeOf<X>, N>>;
  };
  readonly scatter: Method2<[{ readonly shape: readonly number[] }], "values">;
  readonly scatterUpdate: Method3<[{ readonly reduction?: Reduction | null }], "indices", "updates">;
  readonly slice: Method1<[{ readonly startIndices: Start }, { readonly shape: readonly number[] }]>;
  readonly sliceUpdate: <X extends Operand>(this: X, startIndices: Start, updates: Operand) => Result<X>;
  readonly take: Method2<[{ readonly axis?: number | null }], "indices">;
  readonly takeAlongAxis: Method2<[{ readonly axis?: number | null }], "indices">;
  readonly unravelIndex: <X extends Operand>(this: X, shape: readonly number[]) => readonly Result<X>[];
  readonly where: {
    <C extends Operand, A extends Operand, B extends Operand>(this: C, x1: A, x2: B): Result<C | A | B>;
    (this: Operand): readonly Tensor[];
  };
  readonly append: Method2<[{ readonly axis?: number | null }]>;
  readonly arraySplit: Method1Many<SplitOptions>;
  readonly dsplit: Method1Many<[{ readonly indicesOrSections: Sections }]>;
  readonly hsplit: Method1Many<[{ readonly indicesOrSections: Sections }]>;
  readonly split: Method1Many<SplitOptions>;
  readonly unstack: Method1Many<[{ readonly num?: number | null }, { readonly axis?: number }]>;
  readonly vsplit: Method1Many<[{ readonly indicesOrSections: Sections }]>;
  readonly cholesky: Method1<[{ readonly upper?: boolean }]>;
  readonly choleskyInverse: Method1<[{ readonly upper?: boolean }]>;
  readonly det: Method1;
  readonly eig: Method1Many;
  readonly eigh: Method1Pair;
  readonly inv: Method1;
  readonly logdet: Method1;
  readonly lstsq: Method2<[{ readonly rcond?: number | null }], "b">;
  readonly luFactor: Method1Pair;
  readonly matrixPower: Method1<[{ readonly n: number }]>;
  readonly matrixRank: Method1<[{ readonly tol?: number | null }]>;
  readonly pinv: Method1<[{ readonly rcond?: number | null }]>;
  readonly qr: Method1Pair<[{ readonly mode?: "reduced" | "complete" }]>;
  readonly slogdet: Method1Pair;
  readonly solve: Method2<readonly [], "b">;
  readonly solveTriangular: Method2<[{ readonly lower?: boolean }], "b">;
  readonly svd: {
    <X extends Operand>(
      this: X,
      options: { readonly fullMatrices?: boolean; readonly computeUv: false },
    ): Result<X>;
    <X extends Operand>(
      this: X,
      fullMatrices?: boolean | { readonly fullMatrices?: boolean; readonly computeUv?: true },
    ): readonly [Result<X>, Result<X>, Result<X>];
  };
  readonly nanargmax: ReductionMethod<"int32">;
  readonly nanargmin: ReductionMethod<"int32">;
  readonly nancumprod: Method1<[{ readonly axis?: number | null }, { readonly dtype?: DType | null }]>;
  readonly nancumsum: Method1<[{ readonly axis?: number | null }, { readonly dtype?: DType | null }]>;
  readonly nanmax: ReductionMethod;
  readonly nanmean: ReductionMethod<"float">;
  readonly nanmin: ReductionMethod;
  readonly nanprod: ReductionMethod;
  readonly nanstd: ReductionMethod<"float">;
  readonly nansum: ReductionMethod;
  readonly nanvar: ReductionMethod<"float">;
  readonly norm: Method1<
    [
      { readonly ord?: NormOrder },
      { readonly axis?: number | readonly number[] | null },
      { readonly keepdims?: boolean },
    ]
  >;
  readonly batchNormalization: <X extends Operand, M extends Operand>(
    this: X,
    mean: M,
    variance: Operand,
    axis: number,
    ...rest: Rest<
      [
        { readonly offset?: Operand | null },
        { readonly scale?: Operand | null },
        { readonly epsilon?: number },
      ]
    >
  ) => Result<X | M, ShapeOf<X>>;
  readonly layerNormalization: <X extends Operand>(
    this: X,
    ...rest: Rest<
      [
        { readonly gamma?: Operand | null },
        { readonly beta?: Operand | null },
        ...NormalizeRest,
        { readonly rmsScaling?: boolean },
      ]
    >
  ) => Result<X, ShapeOf<X>>;
  readonly normalize: ElementwiseMethod<
    [{ readonly axis?: Axis }, { readonly order?: number }, { readonly epsilon?: number | null }]
  >;
  readonly psnr: Method2<[{ readonly maxVal: number }]>;
  readonly rmsNormalization: <X extends Operand>(
    this: X,
    ...rest: Rest<[{ readonly scale?: Operand | null }, ...NormalizeRest]>
  ) => Result<X, ShapeOf<X>>;
  readonly adaptiveAveragePool: Method1<AdaptiveRest>;
  readonly adaptiveMaxPool: Method1<AdaptiveRest>;
  readonly averagePool: Method1<PoolRest>;
  readonly depthToSpace: Method1<BlockRest>;
  readonly fold: Method1<
    [
      { readonly outputSize: number | readonly number[] },
      { readonly kernelSize: number | readonly number[] },
      ...PatchRest,
    ]
  >;
  readonly maxPool: Method1<PoolRest>;
  readonly spaceToDepth: Method1<BlockRest>;
  readonly unfold: Method1<[{ readonly kernelSize: number | readonly number[] }, ...PatchRest]>;
  readonly cdist: Method2<readonly [], "y">;
  readonly cross: Method2<
    [
      { readonly axisa?: number },
      { readonly axisb?: number },
      { readonly axisc?: number },
      { readonly axis?: number | null },
    ]
  >;
  readonly dot: Method2;
  readonly inner: Method2;
  readonly kron: Method2;
  readonly matmul: {
    <A extends Operand, B extends Operand>(
      this: A,
      options: { readonly x2: B & Fits<Matmul<ShapeOf<A>, ShapeOf<B>>> },
    ): Result<A | B, Matmul<ShapeOf<A>, ShapeOf<B>>, PromotedOf<A, B>>;
    <A extends Operand, B extends Operand>(
      this: A,
      x2: B & Fits<Matmul<ShapeOf<A>, ShapeOf<B>>>,
    ): Result<A | B, Matmul<ShapeOf<A>, ShapeOf<B>>, PromotedOf<A, B>>;
  };
  readonly outer: Method2;
  readonly tensordot: Method2<[{ readonly axes?: TensordotAxes }]>;
  readonly vdot: Method2;
  readonly rearrange: <X extends Operand>(
    this: X,
    pattern: string,
    axesLengths?: Readonly<Record<string, number>>,
  ) => Result<X>;
  readonly diff: Method1<[{ readonly n?: number }, { readonly axis?: number }]>;
  readonly flip: Method1<[{ readonly axis?: Axis }]>;
  readonly fliplr: Method1;
  readonly flipud: Method1;
  readonly pad: Method1<
    [
      { readonly padWidth: PadWidth },
      { readonly mode?: PadMode },
      { readonly constantValues?: number | null },
    ]
  >;
  readonly repeat: Method1<[{ readonly repeats: Repeats }, { readonly axis?: number | null }]>;
  readonly roll: Method1<[{ readonly shift: number | readonly number[] }, { readonly axis?: Axis }]>;
  readonly rot90: Method1<[{ readonly k?: number }, { readonly axes?: readonly [number, number] }]>;
  readonly tile: Method1<[{ readonly repeats: number | readonly number[] }]>;
  readonly trapezoid: Method1<
    [{ readonly x?: Operand | null }, { readonly dx?: number }, { readonly axis?: number }]
  >;
  readonly vander: Method1<[{ readonly N?: number | null }, { readonly increasing?: boolean }]>;
  readonly all: ReductionMethod<"bool">;
  readonly amax: ReductionMethod;
  readonly amin: ReductionMethod;
  readonly any: ReductionMethod<"bool">;
  readonly argmax: ReductionMethod<"int32">;
  readonly argmin: ReductionMethod<"int32">;
  readonly average: Method1<[{ readonly axis?: Axis }, { readonly weights?: Operand | null }]>;
  readonly countNonzero: Method1<[{ readonly axis?: Axis }]>;
  readonly logsumexp: ReductionMethod<"float">;
  readonly max: {
    <X extends Operand, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: A,
      keepdims?: K,
      initial?: number | null,
    ): Result<X, ReducedOf<X, A, K>>;
    <X extends Operand, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      options: { readonly axis?: A; readonly keepdims?: K; readonly initial?: number | null },
    ): Result<X, ReducedOf<X, A, K>>;
  };
  readonly mean: ReductionMethod<"float">;
  readonly min: {
    <X extends Operand, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: A,
      keepdims?: K,
      initial?: number | null,
    ): Result<X, ReducedOf<X, A, K>>;
    <X extends Operand, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      options: { readonly axis?: A; readonly keepdims?: K; readonly initial?: number | null },
    ): Result<X, ReducedOf<X, A, K>>;
  };
  readonly moments: Method1Pair<
    [{ readonly axes: Axis }, { readonly keepdims?: boolean }, { readonly synchronized?: boolean }]
  >;
  readonly prod: <X extends Operand>(
    this: X,
    ...rest: Rest<
      [{ readonly axis?: Axis }, { readonly keepdims?: boolean }, { readonly dtype?: DType | null }]
    >
  ) => Result<X>;
  readonly ptp: ReductionMethod;
  readonly std: ReductionMethod<"float">;
  readonly sum: ReductionMethod;
  readonly var: ReductionMethod<"float">;
  readonly bincount: (
    this: Operand,
    ...rest: Rest<
      [{ readonly weights?: Operand | null }, { readonly minlength?: number }, { readonly sparse?: boolean }]
    >
  ) => Tensor;
  readonly digitize: Method2<readonly [], "bins">;
  readonly histogram: (
    this: Operand,
    ...rest: Rest<[{ readonly bins?: number }, { readonly range?: readonly [number, number] | null }]>
  ) => readonly [Tensor, Tensor];
  readonly nonzero: (this: Operand) => readonly Tensor[];
  readonly searchsorted: Method2<[{ readonly side?: "left" | "right" }], "values">;
  readonly unique: (
    this: Operand,
    ...rest: Rest<
      [
        { readonly sorted?: boolean },
        { readonly returnIndex?: boolean },
        { readonly returnInverse?: boolean },
        { readonly returnCounts?: boolean },
        { readonly axis?: number | null },
        { readonly size?: number | null },
        { readonly fillValue?: number | null },
      ]
    >
  ) => Tensor | readonly Tensor[];
  readonly view: Method1<[{ readonly dtype?: DType | null }]>;
  readonly segmentMax: Method2<
    [{ readonly numSegments?: number | null }, { readonly sorted?: boolean }],
    "segmentIds"
  >;
  readonly segmentMin: Method2<
    [{ readonly numSegments?: number | null }, { readonly sorted?: boolean }],
    "segmentIds"
  >;
  readonly segmentProd: Method2<
    [{ readonly numSegments?: number | null }, { readonly sorted?: boolean }],
    "segmentIds"
  >;
  readonly segmentSum: Method2<
    [{ readonly numSegments?: number | null }, { readonly sorted?: boolean }],
    "segmentIds"
  >;
  readonly broadcastTo: <X extends Operand, const T extends readonly number[]>(
    this: X,
    shape: T | { readonly shape: T },
  ) => Result<X, T, DTypeOf<X>>;
  readonly expandDims: {
    <X extends Operand, const A extends number>(
      this: X,
      axis: A | { readonly axis: A },
    ): Result<X, ExpandDims<ShapeOf<X>, A>, DTypeOf<X>>;
    <X extends Operand>(
      this: X,
      axis: readonly number[] | { readonly axis: readonly number[] },
    ): Result<X, Shape, DTypeOf<X>>;
  };
  readonly moveaxis: Method1<
    [{ readonly source: number | readonly number[] }, { readonly destination: number | readonly number[] }]
  >;
  readonly ravel: Method1;
  readonly reshape: <X extends Operand, const T extends readonly (number | null)[]>(
    this: X,
    newshape: T | { readonly newshape: T },
  ) => Result<X, T extends readonly number[] ? Reshaped<ShapeOf<X>, T> : Shape, DTypeOf<X>>;
  readonly squeeze: {
    <X extends Operand, const A extends number | null = null>(
      this: X,
      axis?: A | { readonly axis?: A },
    ): Result<X, Squeezed<ShapeOf<X>, A>, DTypeOf<X>>;
    <X extends Operand>(
      this: X,
      axis: readonly number[] | { readonly axis: readonly number[] },
    ): Result<X, Shape, DTypeOf<X>>;
  };
  readonly swapaxes: Method1<[{ readonly axis1: number }, { readonly axis2: number }]>;
  readonly transpose: <X extends Operand, const A extends readonly number[] | null = null>(
    this: X,
    axes?: A | { readonly axes?: A },
  ) => Result<X, Transposed<"transpose", ShapeOf<X>, A>, DTypeOf<X>>;
  readonly extractSequences: Method1<
    [{ readonly sequenceLength: number }, { readonly sequenceStride: number }]
  >;
  readonly polar: <A extends Operand, B extends Operand>(
    this: A,
    angle: B,
  ) => readonly [Result<A | B>, Result<A | B>];
  readonly rfft: Method1Pair<[{ readonly fftLength?: number | null }]>;
  readonly stft: Method1Pair<
    [...FrameRest, { readonly window?: WindowShape }, { readonly center?: boolean }]
  >;
  readonly viewAsComplex: Method1Pair;
  readonly argpartition: Method1<[{ readonly kth: number }, { readonly axis?: number }]>;
  readonly argsort: Method1<[{ readonly axis?: number | null }]>;
  readonly inTopK: Method2<[{ readonly k: number }], "predictions">;
  readonly sort: Method1<[{ readonly axis?: number | null }]>;
  readonly topK: Method1Pair<
    [{ readonly k: number }, { readonly sorted?: boolean }, { readonly isStable?: boolean }]
  >;
  readonly gammainc: FloatBinaryMethod;
  readonly corrcoef: Method1;
  readonly correlate: Method2<[{ readonly mode?: "valid" | "same" | "full" }]>;
  readonly median: ReductionMethod<"float">;
  readonly nanmedian: ReductionMethod<"float">;
  readonly nanpercentile: <X extends Operand>(
    this: X,
    q: Operand,
    ...rest: Rest<
      [{ readonly axis?: Axis }, { readonly method?: QuantileMethod }, { readonly keepdims?: boolean }]
    >
  ) => Result<X>;
  readonly nanquantile: <X extends Operand>(
    this: X,
    q: Operand,
    ...rest: Rest<
      [{ readonly axis?: Axis }, { readonly method?: QuantileMethod }, { readonly keepdims?: boolean }]
    >
  ) => Result<X>;
  readonly percentile: <X extends Operand>(
    this: X,
    q: Operand,
    ...rest: Rest<
      [{ readonly axis?: Axis }, { readonly method?: QuantileMethod }, { readonly keepdims?: boolean }]
    >
  ) => Result<X>;
  readonly quantile: <X extends Operand>(
    this: X,
    q: Operand,
    ...rest: Rest<
      [{ readonly axis?: Axis }, { readonly method?: QuantileMethod }, { readonly keepdims?: boolean }]
    >
  ) => Result<X>;
  readonly abs: UnaryMethod;
  readonly absolute: UnaryMethod;
  readonly angle: FloatUnaryMethod;
  readonly arccos: FloatUnaryMethod;
  readonly arccosh: FloatUnaryMethod;
  readonly arcsin: FloatUnaryMethod;
  readonly arcsinh: FloatUnaryMethod;
  readonly arctan: FloatUnaryMethod;
  readonly arctanh: FloatUnaryMethod;
  readonly cbrt: FloatUnaryMethod;
  readonly ceil: FloatUnaryMethod;
  readonly clip: ElementwiseMethod<[{ readonly xMin: number | Tensor }, { readonly xMax: number | Tensor }]>;
  readonly conj: UnaryMethod;
  readonly conjugate: UnaryMethod;
  readonly copy: UnaryMethod;
  readonly cos: FloatUnaryMethod;
  readonly cosh: FloatUnaryMethod;
  readonly deg2rad: FloatUnaryMethod;
  readonly erf: FloatUnaryMethod;
  readonly erfc: FloatUnaryMethod;
  readonly erfinv: FloatUnaryMethod;
  readonly exp: FloatUnaryMethod;
  readonly exp2: FloatUnaryMethod;
  readonly expm1: FloatUnaryMethod;
  readonly fabs: FloatUnaryMethod;
  readonly floor: FloatUnaryMethod;
  readonly i0: FloatUnaryMethod;
  readonly imag: UnaryMethod;
  readonly log: FloatUnaryMethod;
  readonly log10: FloatUnaryMethod;
  readonly log1p: FloatUnaryMethod;
  readonly log2: FloatUnaryMethod;
  readonly nanToNum: ElementwiseMethod<
    [{ readonly nan?: number }, { readonly posinf?: number | null }, { readonly neginf?: number | null }]
  >;
  readonly negative: UnaryMethod;
  readonly rad2deg: FloatUnaryMethod;
  readonly real: UnaryMethod;
  readonly reciprocal: FloatUnaryMethod;
  readonly round: ElementwiseMethod<[{ readonly decimals?: number }]>;
  readonly rsqrt: FloatUnaryMethod;
  readonly sign: UnaryMethod;
  readonly sin: FloatUnaryMethod;
  readonly sinc: FloatUnaryMethod;
  readonly sinh: FloatUnaryMethod;
  readonly sqrt: FloatUnaryMethod;
  readonly square: UnaryMethod;
  readonly stopGradient: UnaryMethod;
  readonly tan: FloatUnaryMethod;
  readonly tanh: FloatUnaryMethod;
  readonly trunc: UnaryMethod;
}

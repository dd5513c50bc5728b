import * as layers from "../../src/layers/index.ts";
import type { Shape } from "../../src/ir/shape-types/index.ts";
import * as callbacks from "../../src/callbacks/index.ts";
import * as constraints from "../../src/constraints/index.ts";
import { Layer } from "../../src/graph/layer.ts";
import { SeedGenerator } from "../../src/graph/seed-generator.ts";
import { Variable } from "../../src/graph/variable.ts";
import * as initializers from "../../src/initializers/index.ts";
import * as metrics from "../../src/metrics/index.ts";
import * as ops from "../../src/ops/index.ts";
import * as optimizers from "../../src/optimizers/index.ts";
import * as regularizers from "../../src/regularizers/index.ts";
import { check, type Equal, type Expect } from "./expect.ts";

/* Arguments by position, as far as one likes, in Keras's order; options last. Literals reach the results' shapes. */

const vector = layers.Input({ shape: [6] });
const sequence = layers.Input({ shape: [8, 3] });
const image = layers.Input({ shape: [28, 28, 3] });
const film = layers.Input({ shape: [5, 28, 28, 3] });
const indices = layers.Input({ shape: [10], dtype: "int32" });

/** The shape of a result. */
type ShapesOf<T extends readonly { readonly shape: Shape }[]> = { readonly [I in keyof T]: T[I]["shape"] };

const given = [
  layers.Input([6]),
  layers.Input([6, null], { name: "words", dtype: "int32" }),
  layers.Input([6], { batchSize: 4 }),
] as const;
check<
  [
    Expect<
      Equal<ShapesOf<typeof given>, readonly [readonly [null, 6], readonly [null, 6, null], readonly [4, 6]]>
    >,
  ]
>();

const convolved = [
  layers.Conv2D(16, 3)(image),
  layers.Conv2D(16, 3, 2, "same")(image),
  layers.Conv2D(16, 3, 2, { padding: "same", activation: "relu" })(image),
  layers.Conv2D({ filters: 16, kernelSize: [3, 3], strides: 2, padding: "same" })(image),
  new layers.Conv2D(16, [3, 5], 1, "same", "channels_last")(image),
  layers.Conv2D(6, 3, 1, "valid", null, 2, 1, "relu", { dtype: "float32" })(image),
  layers.Conv2DTranspose(16, 3, 2, "same")(image),
  layers.SeparableConv2D(32, 3, 2)(image),
  layers.SeparableConv2D(32, 3, 2, "same", "channels_last", 1, 1, "relu", { name: "a" })(image),
  layers.DepthwiseConv2D(3, 2)(image),
  layers.DepthwiseConv2D(3, 2, { depthMultiplier: 2 })(image),
  layers.DepthwiseConv2D(3, 2, "same", 4)(image),
  layers.ConvLSTM2D(4, 3, 2, "same", { returnSequences: true })(film),
] as const;
check<
  [
    Expect<
      Equal<
        ShapesOf<typeof convolved>,
        readonly [
          readonly [null, 26, 26, 16],
          readonly [null, 14, 14, 16],
          readonly [null, 14, 14, 16],
          readonly [null, 14, 14, 16],
          readonly [null, 28, 28, 16],
          readonly [null, 24, 24, 6],
          readonly [null, 56, 56, 16],
          readonly [null, 13, 13, 32],
          readonly [null, 14, 14, 32],
          readonly [null, 13, 13, 3],
          readonly [null, 13, 13, 6],
          readonly [null, 14, 14, 12],
          readonly [null, 5, 14, 14, 4],
        ]
      >
    >,
  ]
>();

/* What is required comes by name as well, behind what came by position. */
const mixed = [
  layers.Conv2D(16, { kernelSize: [3, 5], strides: 2 })(image),
  layers.Conv2DTranspose(16, { kernelSize: 3, strides: 2, padding: "same" })(image),
  layers.SeparableConv2D(32, { kernelSize: 3 })(image),
  layers.ConvLSTM2D(4, { kernelSize: 3, padding: "same" })(film),
  layers.Embedding(100, { outputDim: 7 })(indices),
  layers.EinsumDense("abc,cd->abd", { outputShape: [null, 5] })(sequence),
  layers.MultiHeadAttention(2, { keyDim: 4 })(sequence, sequence),
] as const;
check<
  [
    Expect<
      Equal<
        ShapesOf<typeof mixed>,
        readonly [
          readonly [null, 13, 12, 16],
          readonly [null, 56, 56, 16],
          readonly [null, 26, 26, 32],
          readonly [null, 28, 28, 4],
          readonly [null, 10, 7],
          readonly [null, null, 5],
          readonly [null, 8, 3],
        ]
      >
    >,
  ]
>();
layers.GroupQueryAttention(8, { numQueryHeads: 4, numKeyValueHeads: 2 });
layers.RandomTranslation(0.1, { widthFactor: 0.2 });
layers.Resizing(10, { width: 12 });
// @ts-expect-error Without a size of the window there is no convolution.
layers.Conv2D(16, { strides: 2 });
// @ts-expect-error Nor an embedding without a size of the vectors.
layers.Embedding(100, { maskZero: true });
// @ts-expect-error What came by position does not come by name again.
layers.Resizing(10, { height: 12 });

const resized = [
  layers.MaxPooling2D()(image),
  layers.MaxPooling2D(3)(image),
  layers.MaxPooling2D(3, 2, "same", { name: "a" })(image),
  layers.MaxPooling2D({ poolSize: 3, strides: 2, padding: "same" })(image),
  layers.AveragePooling2D(3, null, "valid", "channels_last", "pool")(image),
  layers.GlobalAveragePooling2D(null, true)(image),
  layers.GlobalAveragePooling2D("channels_last")(image),
  layers.AdaptiveMaxPooling2D(5, "channels_last")(image),
  layers.ZeroPadding2D()(image),
  layers.UpSampling2D(2, "channels_last", "bilinear", { name: "x" })(image),
  layers.Cropping2D(2, null)(image),
  layers.Cropping1D()(sequence),
  layers.UpSampling1D({ size: 2 })(sequence),
  layers.Flatten("channels_last")(image),
] as const;
check<
  [
    Expect<
      Equal<
        ShapesOf<typeof resized>,
        readonly [
          readonly [null, 14, 14, 3],
          readonly [null, 9, 9, 3],
          readonly [null, 14, 14, 3],
          readonly [null, 14, 14, 3],
          readonly [null, 9, 9, 3],
          readonly [null, 1, 1, 3],
          readonly [null, 3],
          readonly [null, 5, 5, 3],
          readonly [null, 30, 30, 3],
          readonly [null, 56, 56, 3],
          readonly [null, 24, 24, 3],
          readonly [null, 6, 3],
          readonly [null, 16, 3],
          readonly [null, 2352],
        ]
      >
    >,
  ]
>();

const others = [
  layers.Dense(64, "relu")(vector),
  layers.Dense(64, "relu", false, "he_normal", { kernelRegularizer: "l2" })(vector),
  layers.Dense({ units: 5, activation: "relu" })(vector),
  layers.LSTM(64, "tanh")(sequence),
  layers.LSTM(64, "tanh", "sigmoid", { returnSequences: true })(sequence),
  layers.GRU(7, { returnSequences: true })(sequence),
  layers.Rescaling(1 / 127.5, -1)(image),
  layers.BatchNormalization(-1, 0.9)(image),
  layers.Dropout(0.5, null, 1)(vector),
  layers.Dot(1, true)([vector, vector]),
  layers.Concatenate(1)([vector, vector]),
  layers.RepeatVector(7, { name: "again" })(vector),
  layers.Embedding(10, 4, "uniform")(indices),
  layers.Bidirectional(layers.LSTM(4), "concat")(sequence),
  layers.Bidirectional(layers.LSTM(4), "sum", null, { name: "both" })(sequence),
  layers.EinsumDense("ab,bc->ac", 9, "relu", "c")(vector),
  layers.RNN(layers.LSTMCell(4, "tanh"), { returnSequences: true })(sequence),
  layers.MultiHeadAttention(2, 4, 4, 0.1)(sequence, sequence),
] as const;
check<
  [
    Expect<
      Equal<
        ShapesOf<typeof others>,
        readonly [
          readonly [null, 64],
          readonly [null, 64],
          readonly [null, 5],
          readonly [null, 64],
          readonly [null, 8, 64],
          readonly [null, 8, 7],
          readonly [null, 28, 28, 3],
          readonly [null, 28, 28, 3],
          readonly [null, 6],
          readonly [null, 1],
          readonly [null, 12],
          readonly [null, 7, 6],
          readonly [null, 10, 4],
          readonly [null, 8],
          readonly [null, 4],
          readonly [null, 9],
          readonly [null, 8, 4],
          readonly [null, 8, 3],
        ]
      >
    >,
  ]
>();

/* Late arguments, behind what the shapes depend on. */
const late = [
  layers.LSTM(
    4, "tanh", "sigmoid", true, "glorot_uniform", "orthogonal", "zeros", true, null, null, null, null, null, null, null,
    0, 0, null, true,
  )(sequence),
  layers.GRU(
    4, "tanh", "sigmoid", true, "glorot_uniform", "orthogonal", "zeros", null, null, null, null, null, null, null, 0, 0,
    null, true, { goBackwards: true },
  )(sequence),
  layers.GRU(
    4, "tanh", "sigmoid", true, "glorot_uniform", "orthogonal", "zeros", null, null, null, null, null, null, null, 0, 0,
    null, true, false, true, false, true, false, "auto", { name: "last" },
  )(sequence),
  new layers.SimpleRNN(
    5, "tanh", true, "glorot_uniform", "orthogonal", "zeros", null, null, null, null, null, null, null, 0, 0, false, false,
    true, false, false, 3,
  )(sequence),
  layers.MultiHeadAttention(2, 4, 4, 0.1, true, 7)(sequence, sequence),
  layers.MultiHeadAttention(2, 4, 4, 0.1, false, [2, 5], 1, null, false, "he_normal", { seed: 1 })(sequence, sequence),
  layers.GroupQueryAttention(8, 4, { numKeyValueHeads: 2 })(sequence, sequence),
  layers.GroupQueryAttention(8, 4, 2, 0.1, true, null, null, "he_normal", { useGate: true })(sequence, sequence),
] as const; // prettier-ignore
check<
  [
    Expect<
      Equal<
        ShapesOf<typeof late>,
        readonly [
          readonly [null, 8, 4],
          readonly [null, 8, 4],
          readonly [null, 8, 4],
          readonly [null, 5],
          readonly [null, 8, 7],
          readonly [null, 8, 2, 5],
          readonly [null, 8, 3],
          readonly [null, 8, 3],
        ]
      >
    >,
  ]
>();
// @ts-expect-error -- a wrong kind of value, late
layers.MultiHeadAttention(2, 4, 4, 0.1, true, "7");
// @ts-expect-error -- misspelt behind what came by position
layers.MultiHeadAttention(2, 4, 4, 0.1, true, 7, { sed: 1 });

layers.InputLayer([6, null], 4, "int32", { name: "words" });
layers.InputLayer(null, null, "float32", false, false, [null, 3], null, true);
layers.InputLayer({ batchShape: [null, 3], optional: true });
// @ts-expect-error -- needs a shape
layers.InputLayer();
// @ts-expect-error -- a wrong kind of value
layers.InputLayer([6], "4");
callbacks.LambdaCallback(
  (epoch) => console.log(epoch),
  null,
  (logs) => console.log(logs),
);
callbacks.LambdaCallback((epoch) => console.log(epoch), { onPredictEnd: () => undefined });
callbacks.CallbackList([callbacks.TerminateOnNaN()], true, false, { epochs: 3 });
callbacks.CallbackList(null, { addHistory: true });
// @ts-expect-error -- a wrong kind of value
callbacks.CallbackList([], 1);
// @ts-expect-error -- a hook is a function
callbacks.LambdaCallback(3);

layers.ReLU(6, 0.1, { name: "r" });
layers.RNN(layers.LSTMCell(4), true, true, { unroll: true });
layers.RandomRotation(0.1, "constant");
layers.RandomZoom(0.1, null, "nearest", "bilinear", 3, { fillValue: 1 });
layers.CategoryEncoding(5, "one_hot");
layers.TextVectorization(100, "lower", "whitespace", { outputMode: "int" });
layers.StringLookup(null, 1, null, "[UNK]", ["a", "b"]);

initializers.RandomNormal(0, 1, 3);
initializers.RandomNormal(0, { stddev: 1 });
initializers.VarianceScaling(1, "fan_in", { seed: 1 });
initializers.HeNormal({ seed: 1 });
constraints.MaxNorm(2, 0);
constraints.MinMaxNorm(0, 1, { rate: 0.5 });
regularizers.L1L2(0.1, { l2: 0.2 });
metrics.SparseTopKCategoricalAccuracy(5, "top5");
metrics.BinaryAccuracy("accuracy", null, 0.7);
optimizers.Muon(0.01, 0.9, { momentum: 0.9 });
optimizers.Adam(0.01, 0.9, 0.99, { amsgrad: true });
optimizers.schedules.CosineDecay(0.1, 100, { alpha: 0.5 });
SeedGenerator(1337, { name: "noise" });
Variable([1, 2], { trainable: false });

// Bases are extended, and what extends them is theirs.
class Halves extends initializers.Initializer {
  override invoke(shape: readonly number[]): ReturnType<initializers.Initializer> {
    return initializers.Constant(0.5)(shape);
  }
}
const halves: initializers.Initializer = new Halves();
layers.Dense(2, { kernelInitializer: halves });
class Counter extends Variable {
  increment(): this {
    return this.assignAdd(1);
  }
}
new Counter(0).increment().assign(3);
class Same extends Layer {
  override call(inputs: never): unknown {
    return inputs;
  }
}
new Same({ name: "same" })(vector);

// @ts-expect-error -- misspelt
initializers.RandomNormal(0, { stdev: 1 });
// @ts-expect-error -- too many
constraints.MaxNorm(2, 0, 1);
// @ts-expect-error -- a wrong kind of value
optimizers.Muon(0.01, "0.9");
// @ts-expect-error -- a class of the user's needs new
Halves();

// Ops take the tail as options from each position behind the first operand.
const indexed = [
  ops.oneHot(indices, { numClasses: 10 }),
  ops.oneHot(indices, 10, { axis: -1 }),
  ops.cast(image, { dtype: "float16" }),
  ops.add(vector, { x2: vector }),
  ops.matmul(vector, { x2: ops.zeros([6, 2]) }),
  ops.fullLike(vector, { fillValue: 1 }),
] as const;
check<
  [
    Expect<
      Equal<
        ShapesOf<typeof indexed>,
        readonly [
          readonly [null, 10, 10],
          readonly [null, 10, 10],
          readonly [null, 28, 28, 3],
          readonly [null, 6],
          readonly [null, 2],
          readonly [null, 6],
        ]
      >
    >,
  ]
>();
// As do methods.
const methods = [
  vector.add({ x2: vector }),
  vector.matmul({ x2: ops.zeros([6, 2]) }),
  vector.less({ x2: 3 }),
  indices.oneHot({ numClasses: 10, axis: -1 }),
  vector.fullLike({ fillValue: 1 }),
] as const;
check<
  [
    Expect<
      Equal<
        ShapesOf<typeof methods>,
        readonly [
          readonly [null, 6],
          readonly [null, 2],
          readonly [null, 6],
          readonly [null, 10, 10],
          readonly [null, 6],
        ]
      >
    >,
  ]
>();
vector.take({ indices: [0, 1], axis: -1 });
indices.bitwiseAnd({ y: 1 });
image.conv({ kernel: ops.zeros([3, 3, 3, 4]), strides: 2 });
image.separableConv(ops.zeros([3, 3, 3, 1]), { pointwiseKernel: ops.zeros([1, 1, 3, 4]), strides: 2 });
vector.scatterUpdate({ indices: [[0, 1]], updates: [1] });
// @ts-expect-error -- another name
vector.take({ index: [0, 1] });
// @ts-expect-error -- does not broadcast
vector.add({ x2: ops.zeros([5]) });
ops.take(vector, { indices: [0, 1], axis: -1 });
ops.take(vector, [0, 1], { axis: -1 });
ops.repeat(vector, { repeats: 2, axis: 1 });
ops.topK(vector, { k: 3 });
ops.conv(image, { kernel: ops.zeros([3, 3, 3, 4]), strides: 2 });
ops.separableConv(image, ops.zeros([3, 3, 3, 1]), { pointwiseKernel: ops.zeros([1, 1, 3, 4]), strides: 2 });
ops.quantile(vector, { q: 0.5, keepdims: true });
ops.segmentSum(vector, { segmentIds: [0, 1], numSegments: 2 });
ops.full([2, 3], { fillValue: 1, dtype: "int32" });

// @ts-expect-error -- another name
ops.take(vector, { index: [0, 1] });
// @ts-expect-error -- does not broadcast
ops.add(vector, { x2: ops.zeros([5]) });
// @ts-expect-error -- what has to be given
ops.topK(vector, { sorted: true });
// @ts-expect-error -- misspelt
ops.take(vector, [0, 1], { axs: -1 });
// @ts-expect-error -- misspelt options, in each place where options may stand
layers.Conv2D(16, 3, { pading: "same" });
// @ts-expect-error
layers.Conv2D(16, 3, 2, { pading: "same" });
// @ts-expect-error
layers.Conv2D(16, 3, 1, "valid", null, 2, 1, "relu", { dtpe: "float32" });
// @ts-expect-error -- an option of another convolution
layers.Conv2D(16, 3, { outputPadding: 1 });
// @ts-expect-error -- no such padding
layers.Conv2D(16, 3, 2, "sme");
// @ts-expect-error -- options stand last
layers.Conv2D(16, 3, { strides: 2 }, "same");
// @ts-expect-error -- what has to be given
layers.AveragePooling2D();
// @ts-expect-error
layers.Dense();
// @ts-expect-error
layers.Dense({ activation: "relu" });
// @ts-expect-error -- a wrong kind of value
layers.Dense(64, 3);
// @ts-expect-error
layers.Dense("64");
// @ts-expect-error
layers.Dropout(0.5, null, "1");
// @ts-expect-error
layers.BatchNormalization(-1, "0.9");
// @ts-expect-error
layers.LSTM(4, "tanh", "sigmoid", 5);
// @ts-expect-error
layers.Cropping2D(2, { nme: "a" });

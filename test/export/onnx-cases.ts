import * as antler from "../../src/index.ts";
import type { DType } from "../../src/ir/dtypes.ts";
import type { ModelClass } from "../../src/models/model.ts";

/** An input of a run: a shape of floats, or with a dtype. */
export type Given = readonly number[] | { readonly shape: readonly number[]; readonly dtype: DType };

/** A model, and the inputs of the runs in which it is compared. */
export interface OnnxCase {
  readonly name: string;
  readonly make: () => ModelClass;
  readonly runs: readonly (readonly Given[])[];
  /** An operator that a reader of the graph expects in it. */
  readonly holds?: string;
}

/** Layers and ops without their types, which tables of models of all shapes cannot keep. */
type Apply = (...args: readonly unknown[]) => unknown;
const L = antler.layers as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Apply>>; // SAFETY: as above
const O = antler.ops as unknown as Readonly<Record<string, Apply>>; // SAFETY: as above

type Shape = readonly (number | null)[];

/** A model of a function of its inputs. */
function graph(shapes: readonly Shape[], f: Apply, dtype: DType = "float32"): () => ModelClass {
  return () => {
    const inputs = shapes.map((shape) => antler.Input({ shape, dtype }));
    return antler.Model({ inputs, outputs: f(...inputs) });
  };
}

/** A model of layers in a row; they are made when the model is. */
function row(shape: Shape, ...layers: readonly (() => Apply)[]): () => ModelClass {
  return graph([shape], (inputs) => layers.reduce((x, make) => make()(x), inputs));
}

/** How a layer is made. */
const l =
  (name: string, ...args: readonly unknown[]): (() => Apply) =>
  () => {
    const make = L[name];
    if (make === undefined) throw new Error(`there is no layer ${name}`);
    return make(...args);
  };

const op = (name: string, ...args: readonly unknown[]): unknown => {
  const f = O[name];
  if (f === undefined) throw new Error(`there is no op ${name}`);
  return f(...args);
};

const ids = (...shape: number[]): Given => ({ shape, dtype: "int32" });
const sequences: OnnxCase["runs"] = [[[1, 5, 3]], [[3, 8, 3]], [[2, 1, 3]]];
const tokens: OnnxCase["runs"] = [[ids(2, 7)], [ids(1, 3)]];
const images: OnnxCase["runs"] = [[[1, 32, 32, 3]], [[2, 33, 31, 3]], [[2, 35, 40, 3]]];
const pairs: OnnxCase["runs"] = [[[1, 5, 8], [1, 3, 8]], [[2, 3, 8], [2, 6, 8]]]; // prettier-ignore

function recurrent(name: "LSTM" | "GRU" | "SimpleRNN"): OnnxCase[] {
  const own = name === "SimpleRNN" ? "RNN" : name;
  const make = (options: object = {}): (() => Apply) => l(name, 4, options);
  const states = name === "LSTM" ? [[4], [4]] : [[4]];
  const gate = name === "SimpleRNN" ? {} : { recurrentActivation: "hard_sigmoid" };
  const both = l("Bidirectional", make({ returnSequences: true })());
  const cases: readonly (readonly [string, OnnxCase["runs"], () => ModelClass, string])[] = [
    ["last output", sequences, row([null, 3], make()), own],
    ["all outputs", sequences, row([null, 3], make({ returnSequences: true }), l("Dense", 2)), own],
    [
      "backwards, with states",
      sequences,
      row([null, 3], make({ returnSequences: true, goBackwards: true, returnState: true })),
      own,
    ],
    ["without bias", sequences, row([null, 3], make({ useBias: false })), own],
    ["other activations", sequences, row([null, 3], make({ activation: "relu", ...gate })), own],
    ["an activation that ONNX has not", sequences, row([null, 3], make({ activation: "gelu" })), "Scan"],
    ["both directions", sequences, () => row([null, 3], both, l("Bidirectional", make()()))(), own],
    ["masked steps", sequences, row([null, 3], l("Masking"), make({ returnSequences: true })), "Scan"],
    [
      "a mask from an embedding",
      tokens,
      graph([[null]], (x) => make()()(l("Embedding", 6, 3, { maskZero: true })()(x)), "int32"),
      "Scan",
    ],
    [
      "an initial state",
      [[[2, 7, 3], ...states.map(() => [2, 4])]],
      graph([[null, 3], ...states], (x, ...given) => make()()(x, { initialState: given })),
      own,
    ],
    ["unrolled", [[[2, 5, 3]], [[4, 5, 3]]], row([5, 3], make({ unroll: true })), own],
  ];
  return cases.map(([what, runs, model, holds]) => ({ name: `${name}: ${what}`, runs, make: model, holds }));
}

const activations =
  "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus tanh tanh_shrink".split(
    " ",
  );

const networks: readonly OnnxCase[] = [
  {
    name: "perceptron",
    make: row(
      [4],
      l("Dense", 8, { activation: "relu" }),
      l("Dropout", 0.5),
      l("Dense", 3, { activation: "softmax" }),
    ),
    runs: [[[1, 4]], [[5, 4]]],
    holds: "Gemm",
  },
  {
    name: "Dense along a sequence",
    make: row([null, 3], l("Dense", 8, { activation: "gelu" }), l("LayerNormalization")),
    runs: sequences,
    holds: "LayerNormalization",
  },
  {
    name: "convolutional network for images of any size",
    make: row(
      [null, null, 3],
      l("Conv2D", 4, 3, { padding: "same", activation: "relu" }),
      l("BatchNormalization"),
      l("MaxPooling2D", 2),
      l("Conv2D", 8, 3, { strides: 2, padding: "same" }),
      l("BatchNormalization"),
      l("ReLU", { maxValue: 6 }),
      l("AveragePooling2D", 3, { strides: 2, padding: "same" }),
      l("GlobalAveragePooling2D"),
      l("Dense", 3),
    ),
    runs: images,
    holds: "BatchNormalization",
  },
  {
    name: "dilated, depthwise and separable convolutions",
    make: row(
      [null, null, 3],
      l("Conv2D", 4, 3, { dilationRate: 2 }),
      l("DepthwiseConv2D", 3, { depthMultiplier: 2, strides: 2, padding: "same" }),
      l("SeparableConv2D", 5, 3),
      l("UpSampling2D", 2),
      l("ZeroPadding2D", [1, 2]),
      l("Cropping2D", [[1, 0], [0, 2]]), // prettier-ignore
      l("GlobalMaxPooling2D"),
    ),
    runs: images,
    holds: "Conv",
  },
  {
    name: "transposed convolutions",
    make: row(
      [null, null, 3],
      l("Conv2DTranspose", 4, 3, { strides: 2, padding: "same" }),
      l("Conv2DTranspose", 4, 3, { strides: 2 }),
      l("Conv2DTranspose", 2, 2, { strides: 3, outputPadding: 1, padding: "same" }),
    ),
    runs: [[[1, 5, 6, 3]], [[2, 4, 7, 3]]],
    holds: "ConvTranspose",
  },
  {
    name: "channels first",
    make: row(
      [4, 12, 12],
      l("Conv2D", 4, 3, { dataFormat: "channels_first", groups: 2 }),
      l("BatchNormalization", { axis: 1 }),
      l("GlobalAveragePooling2D", { dataFormat: "channels_first" }),
    ),
    runs: [[[2, 4, 12, 12]]],
    holds: "Conv",
  },
  {
    name: "causal convolution",
    make: row(
      [null, 3],
      l("Conv1D", 4, 3, { padding: "causal", dilationRate: 2, activation: "elu" }),
      l("GlobalMaxPooling1D"),
    ),
    runs: [[[2, 9, 3]], [[1, 4, 3]]],
    holds: "Elu",
  },
  {
    name: "volumes",
    make: row([6, 7, 8, 2], l("Conv3D", 4, 2), l("MaxPooling3D", 2), l("Flatten"), l("Dense", 2)),
    runs: [[[2, 6, 7, 8, 2]]],
    holds: "MaxPool",
  },
  {
    name: "bilinear enlargement",
    make: row([5, 6, 3], l("UpSampling2D", 2, { interpolation: "bilinear" })),
    runs: [[[1, 5, 6, 3]], [[3, 5, 6, 3]]],
  },
  {
    name: "two outputs of a network with a skip",
    make: graph([[16, 16, 3]], (x) => {
      const a = l("Conv2D", 4, 3, { padding: "same", activation: "relu" })()(x);
      const b = l("Conv2D", 8, 3, { strides: 2, padding: "same", activation: "leaky_relu" })()(a);
      const c = l("Concatenate")()([a, l("Conv2DTranspose", 4, 2, { strides: 2 })()(b)]);
      const d = l("Add")()([c, l("Conv2D", 8, 1)()(c)]);
      return [l("Conv2D", 1, 1, { activation: "sigmoid" })()(d), l("Dense", 2)()(l("Flatten")()(b))];
    }),
    runs: [[[2, 16, 16, 3]], [[1, 16, 16, 3]]],
    holds: "Concat",
  },
  ...[false, true].flatMap((useCausalMask): OnnxCase[] => [
    {
      name: `self-attention over any length${useCausalMask ? ", causal" : ""}`,
      make: graph([[null, 8]], (x) => {
        const y = l("MultiHeadAttention", { numHeads: 2, keyDim: 4 })()(x, x, { useCausalMask });
        return l("LayerNormalization")()(l("Add")()([x, y]));
      }),
      runs: [[[1, 5, 8]], [[2, 9, 8]]],
      holds: "Einsum",
    },
    {
      name: `self-attention over a known length${useCausalMask ? ", causal" : ""}`,
      make: graph([[6, 8]], (x) =>
        l("MultiHeadAttention", { numHeads: 2, keyDim: 4 })()(x, x, { useCausalMask }),
      ),
      runs: [[[1, 6, 8]], [[2, 6, 8]]],
      holds: "Softmax",
    },
  ]),
  {
    name: "masked self-attention",
    make: graph(
      [[null]],
      (x) => {
        const e = l("Embedding", 6, 8, { maskZero: true })()(x);
        return l("GlobalAveragePooling1D")()(l("MultiHeadAttention", { numHeads: 2, keyDim: 4 })()(e, e));
      },
      "int32",
    ),
    runs: tokens,
    holds: "Gather",
  },
  {
    name: "attention between two sequences",
    make: graph([[null, 8], [null, 8]], (x, z) => [
      l("MultiHeadAttention", { numHeads: 2, keyDim: 4 })()(x, z),
      l("Attention")()([x, z]),
      l("AdditiveAttention")()([x, z]),
      l("Dot", { axes: 2, normalize: true })()([x, z]),
    ]), // prettier-ignore
    runs: pairs,
  },
  {
    name: "grouped queries",
    make: graph([[null, 8]], (x) =>
      l("GroupQueryAttention", { headDim: 4, numQueryHeads: 4, numKeyValueHeads: 2 })()(x, x),
    ),
    runs: [[[1, 5, 8]], [[2, 9, 8]]],
  },
  {
    name: "stacked cells",
    make: () => row([null, 3], l("RNN", [l("LSTMCell", 4)(), l("GRUCell", 3)()]))(),
    runs: sequences,
    holds: "Scan",
  },
  {
    name: "GRU that resets before",
    make: row([null, 3], l("GRU", 4, { resetAfter: false })),
    runs: sequences,
    holds: "GRU",
  },
  {
    name: "layers on every step",
    make: () =>
      row(
        [null, 8, 8, 3],
        l("TimeDistributed", l("Conv2D", 2, 3, { padding: "same", strides: 2 })()),
        l("TimeDistributed", l("GlobalAveragePooling2D")()),
        l("LSTM", 3),
      )(),
    runs: [[[2, 5, 8, 8, 3]]],
    holds: "LSTM",
  },
  {
    name: "convolutional recurrence",
    make: row([null, 8, 8, 3], l("ConvLSTM2D", 2, 3, { padding: "same" })),
    runs: [[[2, 5, 8, 8, 3]], [[1, 2, 8, 8, 3]]],
    holds: "Scan",
  },
  {
    name: "ops on symbolic tensors",
    make: graph([[6], [6]], (x, z) => {
      const sum = op("subtract", op("add", op("multiply", x, 2), z), op("exp", z));
      const y = op("reshape", op("concatenate", [sum, op("relu", x), op("sort", z)], -1), [-1, 3, 6]);
      return [
        op("transpose", y, [0, 2, 1]),
        op("max", y, { axis: 1 }),
        op("var", y, { axis: -1 }),
        op("argmax", x, -1),
        op("logsumexp", x, { axis: -1 }),
        op("cumsum", x, { axis: 1 }),
        op("getItem", x, [":", "::-2"]),
        x,
        x,
      ];
    }),
    runs: [[[2, 6], [2, 6]], [[1, 6], [1, 6]]], // prettier-ignore
  },
  {
    name: "means over an unknown length",
    make: graph([[null, 3]], (x) => [
      op("mean", x, { axis: 1, keepdims: true }),
      op("std", x, { axis: 1 }),
      op("mean", x),
      l("GlobalAveragePooling1D")()(x),
      l("Normalization", { mean: [1, 2, 3], variance: [2, 3, 4] })()(x),
    ]),
    runs: sequences,
    holds: "ReduceMean",
  },
  {
    name: "normalisations",
    make: graph([[5, 5, 8]], (x) => [
      l("GroupNormalization", { groups: 4 })()(x),
      l("UnitNormalization")()(x),
      l("RMSNormalization")()(x),
      l("LayerNormalization", { axis: [1, 2, 3] })()(x),
      l("LayerNormalization", { axis: 1 })()(x),
      l("LayerNormalization", { scale: false })()(x),
      l("BatchNormalization", { axis: 1 })()(x),
      l("BatchNormalization", { scale: false, center: false })()(x),
      l("BatchNormalization", { scale: false })()(x),
    ]),
    runs: [[[2, 5, 5, 8]]],
    holds: "LayerNormalization",
  },
  {
    name: "group normalisation of any size",
    make: row([null, null, 8], l("GroupNormalization", { groups: 4 })),
    runs: [[[2, 5, 3, 8]], [[1, 4, 4, 8]]],
  },
  {
    name: "a model inside a model, called twice",
    make: graph([[4], [4]], (a, b) => {
      const inner = row([4], l("Dense", 5, { activation: "tanh" }), l("Dense", 4))();
      return [l("Subtract")()([inner.invoke(a), inner.invoke(b)]), inner.invoke(a)];
    }),
    runs: [[[2, 4], [2, 4]]], // prettier-ignore
  },
  {
    name: "categories",
    make: graph(
      [[3]],
      (x) => [l("CategoryEncoding", { numTokens: 6, outputMode: "multi_hot" })()(x), op("oneHot", x, 6)],
      "int32",
    ),
    runs: [[ids(2, 3)]],
  },
  {
    name: "shapes of unknown sizes",
    make: graph([[null, 4]], (x) => [
      l("Flatten")()(x),
      l("Permute", [2, 1])()(l("Reshape", [-1, 2])()(x)),
      op("flip", x, { axis: 1 }),
      op("getItem", x, [":", -1]),
      op("getItem", x, [":", "1:"]),
      l("ZeroPadding1D", 2)()(x),
      op("repeat", x, 2, { axis: 1 }),
    ]),
    runs: [[[2, 3, 4]], [[1, 6, 4]]],
  },
  {
    name: "repeated vector",
    make: row([4], l("RepeatVector", 3), l("Softmax", { axis: 1 })),
    runs: [[[2, 4]]],
  },
  {
    name: "slopes along channels",
    make: row([4, 4, 3], l("Conv2D", 3, 2), l("PReLU", { sharedAxes: [1, 2] })),
    runs: [[[2, 4, 4, 3]]],
  },
  {
    name: "functions of many kinds",
    make: graph([[5]], (x) => [
      ...(op("topK", x, 2) as unknown[]),
      op("where", op("greater", x, 0), x, -1),
      op("any", op("greater", x, 0), { axis: 1 }),
      op("floorDivide", x, 2),
      op("mod", x, 0.3),
      op("clip", x, -0.5, 0.5),
      op("norm", x, { axis: 1 }),
      op("expm1", x),
      op("log1p", op("abs", x)),
      op("arctan2", x, op("flip", x, 1)),
      op("bitwiseLeftShift", op("cast", op("multiply", x, 9), "int32"), 3),
      op("bitwiseRightShift", op("cast", op("multiply", x, 9), "int32"), 1),
      op("sum", op("onesLike", x)),
    ]),
    runs: [[[2, 5]], [[1, 5]]],
  },
  {
    name: "linear algebra",
    make: graph([[3, 3]], (x) => {
      const a = op("add", op("matmul", x, op("transpose", x, [0, 2, 1])), op("eye", 3));
      return [op("cholesky", a), op("inv", a), op("det", a)];
    }),
    runs: [[[2, 3, 3]]],
    holds: "Scan",
  },
  {
    name: "images of a known size made smaller and larger",
    make: row(
      [9, 8, 3],
      l("Resizing", 6, 11),
      l("Rescaling", 1 / 255),
      l("CenterCrop", 4, 4),
      l("RandomFlip"),
    ),
    runs: [[[2, 9, 8, 3]]],
  },
  {
    name: "images of any size made one size",
    make: row([null, null, 3], l("Resizing", 6, 11)),
    runs: [[[2, 9, 8, 3]], [[1, 6, 20, 3]], [[1, 3, 11, 3]]],
  },
  {
    name: "images of any size made twice as large",
    make: graph([[null, null, 3]], (x) => [
      l("UpSampling2D", 2, { interpolation: "bilinear" })()(x),
      l("UpSampling2D", [3, 2])()(x),
    ]),
    runs: [[[2, 4, 5, 3]], [[1, 6, 3, 3]]],
  },
  {
    name: "loops and conditions",
    make: () => {
      const f = (x: unknown): unknown => {
        const isLess = (y: unknown): unknown => op("less", op("sum", y), 50);
        const doubled = op("whileLoop", isLess, (y: unknown) => [op("add", op("abs", y), 1)], [x]);
        const [y] = doubled as readonly unknown[]; // SAFETY: as many values as the loop was given
        const isPositive = op("greater", op("sum", x), 0);
        return op("cond", isPositive, () => op("add", y, 1), () => op("subtract", y, 1)); // prettier-ignore
      };
      return row([3], l("Lambda", f))();
    },
    runs: [[[2, 3]], [[4, 3]]],
    holds: "Loop",
  },
  { name: "two open sizes that are one", make: graph([[null, 4], [null, 4]], (a, b) => l("Add")()([a, b])), runs: [[[2, 3, 4], [2, 3, 4]]] }, // prettier-ignore
  {
    name: "a function of one's own",
    make: () => {
      const square = (x: unknown): unknown => op("multiply", op("tanh", x), x);
      return row([null, 3], l("Lambda", square), l("Dense", 2))();
    },
    runs: sequences,
    holds: "Tanh",
  },
];

/** Models of every family, with the inputs on which they are compared; layers are made anew for each. */
export const onnxCases: readonly OnnxCase[] = [
  ...networks,
  ...(["LSTM", "GRU", "SimpleRNN"] as const).flatMap(recurrent),
  ...activations.map((name) => ({
    name: `activation ${name}`,
    make: row([6], l("Activation", name)),
    runs: [[[3, 6]]],
  })),
];

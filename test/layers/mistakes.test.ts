import { describe, expect, it } from "vitest";
import { Layer } from "../../src/graph/layer.ts";
import { Input } from "../../src/layers/core/input-layer.ts";
import * as layers from "../../src/layers/index.ts";
import { Sequential } from "../../src/models/sequential.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import * as ops from "../../src/ops/index.ts";
import { OptionError, ShapeError } from "../../src/util/errors.ts";

/** Layers without their types: what is written here would not compile. */
const make = layers as unknown as Readonly<
  Record<string, (...args: unknown[]) => (...inputs: unknown[]) => unknown>
>; // SAFETY: the mistakes are the point

function layer(name: string, ...args: readonly unknown[]): (...inputs: unknown[]) => unknown {
  const f = make[name];
  if (f === undefined) throw new Error(`no layer ${name}`);
  return f(...args);
}

function input(...shape: readonly (number | null)[]): unknown {
  return Input({ shape });
}

type Mistake = readonly [
  what: string,
  make: () => unknown,
  error: typeof ShapeError | typeof OptionError,
  message: RegExp,
];

/** Typical mistakes; each is found when the graph is built, and the message names place, expectation and what was received. */
const mistakes: readonly Mistake[] = [
  [
    "Dense on another last axis",
    () => {
      const d = layer("Dense", 3);
      d(makeTensor([[1, 2]]));
      d(makeTensor([[1, 2, 3]]));
    },
    ShapeError,
    /dense.*\(Dense\).*2 elements on axis -1.*\[1, 3\]/,
  ],
  [
    "Dense on an unknown last axis",
    () => layer("Dense", 3)(input(null)),
    ShapeError,
    /last axis is known.*\[null, null\]/,
  ],
  ["Dense of 0 units", () => layer("Dense", 0), OptionError, /`units`.*positive integer.*0/],
  ["Dense of 2.5 units", () => layer("Dense", 2.5), OptionError, /`units`.*2\.5/],
  [
    "a misspelt activation",
    () => layer("Dense", 3, { activation: "reluu" }),
    OptionError,
    /"reluu".*Did you mean "relu"/,
  ],
  [
    "a misspelt initializer",
    () => layer("Dense", 3, { kernelInitializer: "glorot_unifrm" }),
    OptionError,
    /Did you mean "glorot_uniform"/,
  ],
  [
    "an unknown regularizer",
    () => layer("Dense", 3, { kernelRegularizer: "foo" }),
    OptionError,
    /regularizer "foo".*l2/,
  ],
  [
    "a misspelt option",
    () => layer("Dense", 3, { activaton: "relu" }),
    OptionError,
    /`activaton`.*Did you mean `activation`/,
  ],
  [
    "an unknown option",
    () => layer("Dropout", 0.5, { foo: 1 }),
    OptionError,
    /Dropout: unknown option `foo`.*Known options: rate, noiseShape, seed/,
  ],
  ["Reshape to another size", () => layer("Reshape", [5])(input(4)), ShapeError, /\[5\].*\[4\].*has 4/],
  ["Reshape with two unknown sizes", () => layer("Reshape", [-1, -1]), OptionError, /at most one/],
  ["Permute with axis 0", () => layer("Permute", [0, 1]), OptionError, /`dims`.*\[0,1\]/],
  [
    "Permute of another rank",
    () => layer("Permute", [1, 2, 3])(input(4, 5)),
    ShapeError,
    /rank 4.*\[null, 4, 5\]/,
  ],
  ["RepeatVector 2.5 times", () => layer("RepeatVector", 2.5), OptionError, /`n`.*2\.5/],
  [
    "RepeatVector of a sequence",
    () => layer("RepeatVector", 2)(input(3, 4)),
    ShapeError,
    /rank 2.*\[null, 3, 4\]/,
  ],
  [
    "ZeroPadding2D on three sides",
    () => layer("ZeroPadding2D", [1, 2, 3]),
    OptionError,
    /`padding`.*\[1,2,3\]/,
  ],
  [
    "Cropping1D of everything",
    () => layer("Cropping1D", [2, 3])(input(5, 2)),
    ShapeError,
    /\[2,3\].*\[null, 5, 2\]/,
  ],
  [
    "UpSampling2D with an unknown interpolation",
    () => layer("UpSampling2D", 2, { interpolation: "bilinar" }),
    OptionError,
    /Did you mean "bilinear"/,
  ],
  [
    "BatchNormalization on other channels",
    () => {
      const b = layer("BatchNormalization");
      b(input(4));
      b(input(5));
    },
    ShapeError,
    /4 elements on axis 1.*\[null, 5\]/,
  ],
  ["LayerNormalization on axis 5", () => layer("LayerNormalization", { axis: 5 })(input(4)), ShapeError, /5/],
  [
    "LayerNormalization twice on an axis",
    () => layer("LayerNormalization", { axis: [1, -1] })(input(4)),
    OptionError,
    /each axis once/,
  ],
  [
    "GroupNormalization of 4 channels in 3 groups",
    () => layer("GroupNormalization", 3)(input(4)),
    ShapeError,
    /`groups` = 3.*received 4/,
  ],
  [
    "Normalization with a mean alone",
    () => layer("Normalization", { mean: 1 }),
    OptionError,
    /both `mean` and `variance`/,
  ],
  ["Dropout of 2", () => layer("Dropout", 2), OptionError, /`rate`.*between 0 and 1.*2/],
  ["Dropout of -0.1", () => layer("Dropout", -0.1), OptionError, /`rate`.*-0\.1/],
  [
    "Dropout with noise of another shape",
    () => layer("Dropout", 0.5, { noiseShape: [null, 3] })(makeTensor([[1, 2]]), { training: true }),
    ShapeError,
    /noiseShape.*\[1, 2\].*\[null, 3\]/,
  ],
  ["PReLU on unknown sizes", () => layer("PReLU")(input(null, 3)), ShapeError, /"alpha".*\[null, 3\]/],
  ["ReLU with a negative limit", () => layer("ReLU", { maxValue: -1 }), OptionError, /`maxValue`.*-1/],
  [
    "Softmax with a mask of another shape",
    () => layer("Softmax")(makeTensor([[1, 2]]), { mask: makeTensor([[true, false, true]]) }),
    ShapeError,
    /\[1, 2\].*\[1, 3\]/,
  ],
  [
    "Concatenate of what differs elsewhere",
    () => layer("Concatenate", 1)([input(3, 4), input(2, 5)]),
    ShapeError,
    /axis 1 alone.*\[null, 3, 4\], \[null, 2, 5\]/,
  ],
  [
    "Add of what does not broadcast",
    () => layer("Add")([input(3), input(4)]),
    ShapeError,
    /add.*\(Add\).*\[null, 3\], \[null, 4\]: 3 and 4 on axis -1/,
  ],
  [
    "Add of one tensor without a list",
    () => layer("Add")(input(3)),
    ShapeError,
    /list of tensors.*\[null, 3\]/,
  ],
  [
    "Subtract of three",
    () => layer("Subtract")([input(3), input(3), input(3)]),
    ShapeError,
    /two tensors, received 3/,
  ],
  ["Dot over three axes", () => layer("Dot", [1, 2, 3]), OptionError, /`axes`.*\[1,2,3\]/],
  ["Dot over the batch axis", () => layer("Dot", 0)([input(3), input(3)]), OptionError, /batch axis 0/],
  [
    "Dot over axes of other sizes",
    () => layer("Dot", 1)([input(3), input(4)]),
    ShapeError,
    /equal sizes on axes 1 and 1.*\[null, 3\] and \[null, 4\]/,
  ],
  [
    "Multiply of other batch sizes",
    () => layer("Multiply")([Input({ batchShape: [2, 3] }), Input({ batchShape: [4, 3] })]),
    ShapeError,
    /batch sizes 2 and 4 differ/,
  ],
  ["Embedding of 0 indices", () => layer("Embedding", 0, 4), OptionError, /`inputDim`.*0/],
  [
    "EinsumDense with an equation of another form",
    () => layer("EinsumDense", "ab->ba", 4),
    OptionError,
    /"ab->ba"/,
  ],
  [
    "EinsumDense that does not fit",
    () => layer("EinsumDense", "abc,cd->abd", [null, 4])(input(4)),
    ShapeError,
    /"abc,cd->abd".*\[null, 4\]/,
  ],
  ["Wrapper of a number", () => layer("Wrapper", 3), OptionError, /`layer`.*3/],
  [
    "SpectralNormalization of a layer without a kernel",
    () => layer("SpectralNormalization", layer("Flatten"))(input(3)),
    OptionError,
    /kernel or embeddings/,
  ],
  ["Lambda of a string", () => layer("Lambda", "square"), OptionError, /function.*"square"/],
];

describe("mistakes with layers", () => {
  it.each(mistakes)("%s", (_, mistake, error, message) => {
    expect(mistake).toThrow(error);
    expect(mistake).toThrow(message);
  });

  it("leaves what Keras accepts alone", () => {
    expect(() => layer("Concatenate")([input(3)])).not.toThrow();
    expect(() => layer("Add")([input(3)])).not.toThrow();
    expect(() => layer("Add")([input(null, 4), input(3, 4)])).not.toThrow();
  });
});

describe("errors of ops inside a layer's call", () => {
  class Own extends Layer {
    override call(x: Tensor): unknown {
      return ops.reshape(x, [7]);
    }
  }

  it("name the innermost layer, once", () => {
    expect(() => layer("Conv2D", 3, 9, { name: "wide" })(input(8, 8, 3))).toThrow(
      /^wide \(Conv2D\): ops\.conv: a window of \[9, 9\]/,
    );
    const nested = Sequential([new Own({ name: "own" })], { name: "outer" });
    expect(() => nested(ops.ones([2, 3]))).toThrow(/^own \(Own\): ops\.reshape: (?!.*outer)/);
  });

  it("print so, stack included", () => {
    let error: unknown;
    try {
      new Own({ name: "own" })(ops.ones([2, 3]));
    } catch (caught) {
      error = caught;
    }
    expect(error instanceof Error ? error.stack : "").toMatch(
      /^(ShapeError|Error): own \(Own\): ops\.reshape/,
    );
  });
});

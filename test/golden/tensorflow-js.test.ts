import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { valuesIn } from "../../src/graph/call-arguments.ts";
import { Input, layers, Model, Sequential, tensor } from "../../src/index.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { loadModel, type ModelArtifacts } from "../../src/saving/index.ts";
import { writeTfjsModel } from "../../src/saving/tfjs/write-model.ts";
import { FormatError } from "../../src/util/errors.ts";
import { isPlainObject } from "../../src/util/options.ts";
import { expectClose } from "../support/close.ts";
import { describeSharedData, goldenFiles, goldenPath, sharedDataPath } from "../support/golden.ts";
import { tfCases } from "../support/tensorflow-js-models.ts";
import {
  artifactsOf,
  describeTensorFlowJs,
  loadTensorFlowJs,
  type SampleInput,
  sampleInputs,
  sampleNumbers,
  scatterWeights,
  type TensorFlowJs,
} from "../support/tensorflow-js.ts";

const allowed = { rtol: 1e-5, atol: 1e-5 };

interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

function compute(model: Model, inputs: readonly Numbers[]): Tensor[] {
  const tensors = inputs.map(({ shape, data }) => tensor(Float32Array.from(data), { shape: [...shape] }));
  const call = model as unknown as (x: unknown, options: object) => unknown; // SAFETY: a model is callable
  return valuesIn(call(tensors.length === 1 ? tensors[0] : tensors, { training: false })) as Tensor[]; // SAFETY: tensors in, tensors out
}

function expectOutputs(actual: readonly Numbers[], expected: readonly Numbers[]): void {
  expect(actual.map(({ shape }) => [...shape])).toEqual(expected.map(({ shape }) => [...shape]));
  expected.forEach(({ data }, i) => expectClose(actual[i]?.data ?? [], data, allowed, `output ${i}`));
}

const numbersOf = (tensors: readonly Tensor[]): Numbers[] =>
  tensors.map((one) => ({ shape: one.dims, data: one.dataSync() as Float32Array })); // SAFETY: float32

describe("models that TensorFlow.js saved", () => {
  const folder = join(import.meta.dirname, "../fixtures/tfjs");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));

  it("are there", () => {
    expect(names.length).toBeGreaterThan(7);
  });

  it.each(names)("%s computes what it computed there, and is the same after saving", async (name) => {
    interface Fixture extends ModelArtifacts {
      readonly inputs: readonly Numbers[];
      readonly outputs: readonly Numbers[];
    }
    const { inputs, outputs, weightData, ...fixture } = JSON.parse(
      readFileSync(join(folder, name), "utf8"),
    ) as Omit<Fixture, "weightData"> & { readonly weightData: string }; // SAFETY: as scripts/tfjs-fixtures.ts writes it
    const bytes = Uint8Array.from(Buffer.from(weightData, "base64"));
    const model = await loadModel({ ...fixture, weightData: bytes });
    expectOutputs(numbersOf(compute(model, inputs)), outputs);
    const again = await loadModel(written(model));
    expectOutputs(numbersOf(compute(again, inputs)), outputs);
  });
});

describeSharedData("real models of TensorFlow.js", "keras_models/tensorflow_tfjs", () => {
  const path = (name: string): string => sharedDataPath(`keras_models/tensorflow_tfjs/${name}`);

  it("a convolutional network loads from its path and from its URL", async () => {
    const model = await loadModel(path("e2e_cnn_separable/model.json"));
    expect(model.countParams()).toBe(6020);
    const input = { shape: [2, 40, 40, 3], data: sampleNumbers(9600, 1) };
    const [output] = compute(model, [input]);
    const sums = output?.sum(-1).dataSync() as Float32Array; // SAFETY: float32
    expectClose(sums, [1, 1], allowed, "softmax");
    const byUrl = await loadModel(new URL(`file://${path("e2e_cnn_separable/model.json")}`));
    expect(byUrl.weights.map((weight) => weight.dataSync())).toEqual(
      model.weights.map((weight) => weight.dataSync()),
    );
  });

  it("an embedding and a GRU compute what is on record", async () => {
    const model = await loadModel(path("e2e_embedding_gru/model.json"));
    const input = { shape: [1, 10], data: [86, 11, 62, 40, 36, 75, 82, 94, 67, 75] };
    const expected = [
      -0.003578941337764263, 0.0028922036290168762, -0.002957976423203945, 0.00955402385443449,
    ];
    expectClose(
      numbersOf(compute(model, [input]))[0]?.data ?? [],
      expected,
      { rtol: 0, atol: 1e-7 },
      "output",
    );
  });

  it("a bundle with a topology of version 1 and a name of its own loads", async () => {
    const model = await loadModel(path("rn59_bundle/bundle_model_test.json"));
    expect(model.weights.map(({ shape }) => shape)).toEqual([[10, 1], [1]]);
  });
});

/** A model as TensorFlow.js would be handed it. */
function written(model: Model): ModelArtifacts & { readonly weightData: ArrayBuffer } {
  const { modelJson, shards } = writeTfjsModel(model);
  const { weightsManifest, ...json } = JSON.parse(modelJson) as ModelArtifacts & {
    readonly weightsManifest: readonly { readonly weights: readonly object[] }[];
  }; // SAFETY: as the format has it
  const bytes = Uint8Array.from(Buffer.concat(shards.map((shard) => shard.bytes)));
  return {
    ...json,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: bytes.buffer,
  };
}

function scatter(model: Model): void {
  model.weights.forEach((weight, i) => {
    const offset = weight.path.endsWith("variance") ? 1 : 0;
    const size = weight.shape.reduce((product, n) => product * n, 1);
    weight.assign(
      tensor(
        sampleNumbers(size, i + 1).map((x) => x / 2 + offset),
        { shape: [...weight.shape] },
      ),
    );
  });
}

/** Models of Antler that TensorFlow.js has all layers of. */
const ours: Readonly<Record<string, { readonly make: () => unknown; readonly vocabulary?: number }>> = {
  "a multilayer perceptron": {
    make: () => {
      const inputs = Input({ shape: [5] });
      const hidden = layers.BatchNormalization()(layers.Dense(4, { activation: "silu" })(inputs));
      return Model({ inputs, outputs: layers.Dense(3, { activation: "softmax" })(hidden) });
    },
  },
  "a sequential model with regularizers": {
    make: () =>
      Sequential([
        layers.Dense(4, { activation: "gelu", inputShape: [3], kernelRegularizer: "l2" }),
        layers.LayerNormalization(),
        layers.Dense(2, { kernelConstraint: "max_norm", biasInitializer: "lecun_normal" }),
      ]),
  },
  "a convolutional network": {
    make: () => {
      const inputs = Input({ shape: [9, 9, 3] });
      const a = layers.Conv2D(4, 3, { strides: 2, padding: "same", activation: "relu" })(inputs);
      const b = layers.DepthwiseConv2D(2, { depthMultiplier: 2 })(layers.SeparableConv2D(4, 3)(a));
      const c = layers.Conv2DTranspose(3, 3, { strides: 2, padding: "same" })(b);
      return Model({ inputs, outputs: layers.GlobalAveragePooling2D()(layers.ReLU({ threshold: 0.1 })(c)) });
    },
  },
  "channels first": {
    make: () => {
      const inputs = Input({ shape: [2, 6, 6] });
      const a = layers.Conv2D(3, 2, { dataFormat: "channels_first" })(inputs);
      const b = layers.MaxPooling2D(2, { dataFormat: "channels_first" })(a);
      return Model({ inputs, outputs: layers.Flatten({ dataFormat: "channels_first" })(b) });
    },
  },
  "a masked GRU": {
    vocabulary: 6,
    make: () => {
      const inputs = Input({ shape: [7], dtype: "int32" });
      const words = layers.Embedding(6, 4, { maskZero: true })(inputs);
      return Model({ inputs, outputs: layers.GRU(3, { resetAfter: false })(layers.Dropout(0.5)(words)) });
    },
  },
  "bidirectional LSTMs": {
    make: () => {
      const inputs = Input({ shape: [7, 3] });
      const a = layers.Bidirectional(layers.LSTM(2, { returnSequences: true }))(inputs);
      return Model({ inputs, outputs: layers.Bidirectional(layers.LSTM(3), { mergeMode: "sum" })(a) });
    },
  },
  "states from one LSTM to another": {
    make: () => {
      const inputs = Input({ shape: [5, 3] });
      const [, h, c] = layers.LSTM(3, { returnState: true })(inputs) as unknown as readonly unknown[]; // SAFETY: three outputs
      const call = layers.LSTM(3) as unknown as (x: unknown, options: object) => never; // SAFETY: layers are callable
      return Model({ inputs, outputs: call(inputs, { initialState: [h, c] }) });
    },
  },
  "stacked cells": {
    make: () => {
      const inputs = Input({ shape: [5, 3] });
      const rnn = layers.RNN([layers.LSTMCell(2), layers.GRUCell(3, { resetAfter: false })]);
      return Model({ inputs, outputs: rnn(inputs) });
    },
  },
  "shared layers and models, several inputs and outputs": {
    make: () => {
      const inner = Input({ shape: [4] });
      const encoder = Model({ inputs: inner, outputs: layers.Dense(4)(inner), name: "encoder" });
      const head = Sequential([layers.Dense(3, { inputShape: [3], name: "deep" })]);
      const shared = layers.Dense(3, { activation: "tanh" });
      const [x, y] = [Input({ shape: [4] }), Input({ shape: [4] })];
      const sum = layers.Add()([shared(encoder(x)), shared(y)]);
      return Model({
        inputs: [x, y],
        outputs: [sum, head(shared(encoder(y))), layers.Concatenate()([x, y])],
      });
    },
  },
  "a layer called at several depths": {
    make: () => {
      const inputs = Input({ shape: [4] });
      const shared = layers.Dense(4, { name: "shared" });
      const far = shared(layers.Dense(4, { name: "two" })(layers.Dense(4, { name: "one" })(inputs)));
      const near = shared(inputs);
      return Model({ inputs, outputs: [layers.Add()([far, near]), far, shared(shared(near))] });
    },
  },
  "a model at every step": {
    make: () => {
      const inputs = Input({ shape: [3, 6, 6, 2] });
      const image = Sequential([layers.Conv2D(2, 3, { inputShape: [6, 6, 2] }), layers.Flatten()]);
      return Model({ inputs, outputs: layers.TimeDistributed(image)(inputs) });
    },
  },
  "a batch of fixed size": {
    make: () => {
      const inputs = Input({ batchShape: [3, 4, 2] });
      const steps = layers.SimpleRNN(3, { stateful: true, returnSequences: true })(inputs);
      return Model({ inputs, outputs: layers.Softmax({ axis: 2 })(steps) });
    },
  },
};

describeTensorFlowJs("TensorFlow.js and Antler", () => {
  const tf: TensorFlowJs = loadTensorFlowJs();
  const feed = (inputs: readonly SampleInput[]): never => {
    const tensors = inputs.map(({ data, shape }) => tf.tensor(data, shape));
    return (tensors.length === 1 ? tensors[0] : tensors) as never; // SAFETY: one tensor or a list, as the model takes it
  };
  const outputsThere = (
    model: Awaited<ReturnType<TensorFlowJs["loadLayersModel"]>>,
    inputs: readonly SampleInput[],
  ): Numbers[] =>
    [model.predict(feed(inputs))].flat().map((output) => ({ shape: output.shape, data: output.dataSync() }));

  it.each(Object.entries(tfCases))(
    "%s, made there, computes the same here and there again",
    async (_, item) => {
      const theirs = item.make(tf);
      scatterWeights(tf, theirs);
      const inputs = sampleInputs(theirs.inputs, item.vocabulary);
      const expected = outputsThere(theirs, inputs);
      const model = await loadModel(await artifactsOf(tf, theirs));
      expectOutputs(numbersOf(compute(model, inputs)), expected);
      if (item.isOneWay === true) {
        expect(() => written(model)).toThrow(FormatError);
        return;
      }
      const back = await tf.loadLayersModel(tf.io.fromMemory(written(model)));
      expectOutputs(outputsThere(back, inputs), expected);
    },
  );

  it("models of all of Keras's layers compute the same there, or are refused by name", async () => {
    const files = ["layers_zoo", "formats"].flatMap((folder) =>
      goldenFiles(folder, ".keras").map((name) => goldenPath(`${folder}/${name}`)),
    );
    let [equal, refused] = [0, 0];
    for (const path of files) {
      const model = await loadModel(path, { compile: false }).catch(() => null);
      // Classes of users, and models whose outputs are an object.
      if (model === null || isPlainObject(model.graph?.outputStructure)) continue;
      let artifacts: ReturnType<typeof written>;
      try {
        artifacts = written(model);
      } catch (error) {
        expect(error, path).toBeInstanceOf(FormatError);
        expect(String(error), path).toContain("TensorFlow.js");
        refused += 1;
        continue;
      }
      const isIndexed = model.layers.some(({ className }) => className === "Embedding");
      const inputs = sampleInputs(model.inputs, isIndexed ? 3 : undefined);
      const theirs = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
      const [actual, expected] = [outputsThere(theirs, inputs), numbersOf(compute(model, inputs))];
      expected.forEach(({ data }, i) => expectClose(actual[i]?.data ?? [], data, allowed, path));
      equal += 1;
    }
    if (files.length > 0)
      expect([equal > 75, refused > 50], `${equal} equal, ${refused} refused`).toEqual([true, true]);
  });

  it.each(Object.entries(ours))("%s, made here, computes the same there", async (_, { make, vocabulary }) => {
    const model = make() as Model; // SAFETY: each makes a model
    scatter(model);
    const inputs = sampleInputs(model.inputs, vocabulary);
    const expected = numbersOf(compute(model, inputs));
    const theirs = await tf.loadLayersModel(tf.io.fromMemory(written(model)));
    expectOutputs(outputsThere(theirs, inputs), expected);
  });

  it("TensorFlow.js itself fetches what is saved here, several files of weights too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-tfjs-"));
    const server = createServer((request, response) => {
      const isJson = request.url?.endsWith(".json") === true;
      response.setHeader("content-type", isJson ? "application/json" : "application/octet-stream");
      response.end(readFileSync(join(folder, basename(request.url ?? ""))));
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    try {
      const model = Sequential([layers.Dense(1200, { inputShape: [1000] }), layers.Dense(3)]) as Model; // SAFETY: a sequential model is a model
      await model.save(join(folder, "model.json"));
      expect(readdirSync(folder)).toHaveLength(3);
      const address = server.address();
      const theirs = await tf.loadLayersModel(
        `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/model.json`,
      );
      const inputs = sampleInputs(model.inputs);
      expectOutputs(outputsThere(theirs, inputs), numbersOf(compute(model, inputs)));
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  const x = { shape: [4, 3], data: sampleNumbers(12, 5) };
  const y = { shape: [4, 2], data: sampleNumbers(8, 6) };
  const once = { batchSize: 4, shuffle: false, verbose: 0 };
  const optimizers: Readonly<Record<string, () => unknown>> = {
    sgd: () => "sgd",
    momentum: () => tf.train["momentum"]?.(0.05, 0.9),
    nesterov: () => tf.train["momentum"]?.(0.05, 0.9, true),
    rmsprop: () => "rmsprop",
    "centered rmsprop": () => tf.train["rmsprop"]?.(0.01, 0.8, 0.5, 1e-7, true),
    adam: () => "adam",
    adagrad: () => "adagrad",
  };
  it.each(Object.entries(optimizers))("training begun there with %s goes on here", async (_, optimizer) => {
    const theirs = tf.sequential({
      layers: [
        tf.layers["dense"]?.({ units: 4, activation: "tanh", inputShape: [3] }),
        tf.layers["dense"]?.({ units: 2 }),
      ],
    });
    scatterWeights(tf, theirs);
    theirs.compile({ optimizer: optimizer(), loss: "meanSquaredError", metrics: ["mae"] });
    const [tx, ty] = [tf.tensor(x.data, x.shape), tf.tensor(y.data, y.shape)];
    await theirs.fit(tx, ty, { ...once, epochs: 3 });
    const model = await loadModel(await artifactsOf(tf, theirs, { includeOptimizer: true }));
    const expected = await theirs.fit(tx, ty, { ...once, epochs: 3 });
    const history = await model.fit(tensor(x.data, { shape: x.shape }), tensor(y.data, { shape: y.shape }), {
      batchSize: 4,
      shuffle: false,
      verbose: 0,
      epochs: 3,
    });
    expectClose(history.history["loss"] ?? [], expected.history["loss"] ?? [], allowed, "losses");
    expect(Object.keys(history.history).sort()).toEqual(["loss", "mae"]);
  });

  it.each(["sgd", "rmsprop", "adam", "adagrad", "adamax"])(
    "a model compiled here with %s trains there",
    async (optimizer) => {
      const model = Sequential([
        layers.Dense(4, { activation: "tanh", inputShape: [3] }),
        layers.Dense(2),
      ]) as Model; // SAFETY: a sequential model is a model
      scatter(model);
      model.compile({ optimizer, loss: "mse", metrics: ["mae"] });
      const theirs = await tf.loadLayersModel(tf.io.fromMemory(written(model)));
      const there = await theirs.fit(tf.tensor(x.data, x.shape), tf.tensor(y.data, y.shape), {
        ...once,
        epochs: 2,
      });
      const here = await model.fit(tensor(x.data, { shape: x.shape }), tensor(y.data, { shape: y.shape }), {
        batchSize: 4,
        shuffle: false,
        verbose: 0,
        epochs: 2,
      });
      // Both report the loss before the step of each epoch; optimizers differ in where they put epsilon.
      expectClose(
        here.history["loss"] ?? [],
        there.history["loss"] ?? [],
        { rtol: 1e-3, atol: 1e-4 },
        "losses",
      );
    },
  );
});

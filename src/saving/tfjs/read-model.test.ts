import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { DataError, FormatError } from "../../util/errors.ts";
import type { Model } from "../../models/model.ts";
import { loadModel } from "../index.ts";
import type { ModelArtifacts } from "./artifacts.ts";

const dense = (name: string, units: number, more: object = {}): object => ({
  class_name: "Dense",
  config: { name, units, activation: "linear", use_bias: true, trainable: true, ...more },
});

/** Weights whose numbers count on. */
function weights(
  ...specs: readonly (readonly [name: string, shape: readonly number[]])[]
): Pick<ModelArtifacts, "weightSpecs" | "weightData"> {
  let next = 0;
  const numbers = specs.flatMap(([, shape]) =>
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next++),
  );
  return {
    weightSpecs: specs.map(([name, shape]) => ({ name, shape, dtype: "float32" })),
    weightData: Float32Array.from(numbers).buffer,
  };
}

const sequential = (layers: readonly object[], more: object = {}): object => ({
  class_name: "Sequential",
  config: { name: "s", layers },
  keras_version: "tfjs-layers 4.22.0",
  backend: "tensor_flow.js",
  ...more,
});
const small = sequential([dense("a", 2, { batch_input_shape: [null, 3], dtype: "float32" }), dense("b", 1)]);
const smallWeights = weights(["a/kernel", [3, 2]], ["a/bias", [2]], ["b/kernel", [2, 1]], ["b/bias", [1]]);
const numbersOf = (model: Model): number[][] =>
  model.weights.map((weight) => [...(weight.dataSync() as Float32Array)]); // SAFETY: float32
const smallNumbers = [[0, 1, 2, 3, 4, 5], [6, 7], [8, 9], [10]];

const file = (name: string, content: string | ArrayBuffer): File => new File([content], name);
const modelJson = (paths: readonly string[], more: object = {}): string =>
  JSON.stringify({
    modelTopology: small,
    format: "layers-model",
    weightsManifest: [{ paths, weights: smallWeights.weightSpecs }],
    ...more,
  });

describe("a model of TensorFlow.js", () => {
  it("is read from what a save handler gets, its weights in one piece or several", async () => {
    expect(numbersOf(await loadModel({ modelTopology: small, ...smallWeights }))).toEqual(smallNumbers);
    const whole = smallWeights.weightData as ArrayBuffer; // SAFETY: as made above
    const pieces = [whole.slice(0, 10), whole.slice(10)];
    expect(numbersOf(await loadModel({ modelTopology: small, ...smallWeights, weightData: pieces }))).toEqual(
      smallNumbers,
    );
  });

  it("is read from the files that a page picks", async () => {
    const whole = smallWeights.weightData as ArrayBuffer; // SAFETY: as made above
    const files = [
      file("2.bin", whole.slice(20)),
      file("model.json", modelJson(["./1.bin", "weights/2.bin"])),
      file("1.bin", whole.slice(0, 20)),
    ];
    expect(numbersOf(await loadModel(files))).toEqual(smallNumbers);
    await expect(loadModel(files.slice(1))).rejects.toThrow(DataError);
    await expect(loadModel(files.slice(1))).rejects.toThrow("2.bin");
    await expect(loadModel(new TextEncoder().encode(modelJson(["1.bin"])))).rejects.toThrow(/1\.bin.*beside/);
  });

  it("is read from a server, whose address of the weights is that of the model with its query", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const whole = smallWeights.weightData as ArrayBuffer; // SAFETY: as made above
      if (request.url === "/m/model.json?key=1") response.end(modelJson(["w/part one.bin"]));
      else if (request.url === "/m/w/part%20one.bin?key=1") response.end(new Uint8Array(whole));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    try {
      const model = await loadModel(`http://127.0.0.1:${port}/m/model.json?key=1`);
      expect(numbersOf(model)).toEqual(smallNumbers);
      expect(asked).toEqual(["/m/model.json?key=1", "/m/w/part%20one.bin?key=1"]);
    } finally {
      server.close();
    }
  });

  it("has its numbers by names, whatever their order", async () => {
    const shuffled = weights(["b/bias", [1]], ["a/bias", [2]], ["b/kernel", [2, 1]], ["a/kernel", [3, 2]]);
    expect(numbersOf(await loadModel({ modelTopology: small, ...shuffled }))).toEqual([
      [5, 6, 7, 8, 9, 10],
      [1, 2],
      [3, 4],
      [0],
    ]);
  });

  it("may have a list of layers as its configuration, as version 1 wrote it", async () => {
    const layers = [dense("a", 2, { batch_input_shape: [null, 3] }), dense("b", 1)];
    expect(
      numbersOf(await loadModel({ modelTopology: sequential([], { config: layers }), ...smallWeights })),
    ).toEqual(smallNumbers);
  });

  it("tells all that does not fit at once, and that by name", async () => {
    const wrong = weights(["a/kernel", [2, 3]], ["a/bias", [2]], ["b/kernel", [2, 1]], ["c/bias", [1]]);
    const error = await loadModel({ modelTopology: small, ...wrong }).catch(String);
    for (const text of ["extra: c/bias [1]", "missing: s/b/bias [1]", "mis-shaped: a/kernel"])
      expect(error).toContain(text);
  });

  it("distinguishes layers of one name in different nested models", async () => {
    const nested = (name: string, input: string): object => ({
      class_name: "Model",
      name,
      config: {
        name,
        layers: [
          {
            class_name: "InputLayer",
            name: input,
            config: { name: input, batch_input_shape: [null, 2] },
            inbound_nodes: [],
          },
          { ...dense("d", 1, { use_bias: false }), name: "d", inbound_nodes: [[[input, 0, 0, {}]]] },
        ],
        input_layers: [[input, 0, 0]],
        output_layers: [["d", 0, 0]],
      },
      inbound_nodes: [[["in", 0, 0, {}]]],
    });
    const topology = {
      class_name: "Model",
      config: {
        name: "m",
        layers: [
          {
            class_name: "InputLayer",
            name: "in",
            config: { name: "in", batch_input_shape: [null, 2] },
            inbound_nodes: [],
          },
          nested("one", "x"),
          nested("two", "y"),
        ],
        input_layers: [["in", 0, 0]],
        output_layers: [
          ["one", 1, 0],
          ["two", 1, 0],
        ],
      },
      keras_version: "2.4.0",
    };
    const named = weights(["two/d/kernel", [2, 1]], ["one/d/kernel", [2, 1]]);
    expect(numbersOf(await loadModel({ modelTopology: { model_config: topology }, ...named }))).toEqual([
      [2, 3],
      [0, 1],
    ]);
    const inOrder = weights(["d/kernel", [2, 1]], ["d/kernel", [2, 1]]);
    expect(numbersOf(await loadModel({ modelTopology: { model_config: topology }, ...inOrder }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it("keeps a cell's name, a number of an output or one of a session from mattering", async () => {
    const lstm = {
      class_name: "LSTM",
      config: { name: "l", units: 1, batch_input_shape: [null, 2, 1], use_bias: false },
    };
    const topology = { model_config: sequential([lstm]), keras_version: "2.4.0" };
    for (const prefix of ["l", "l/lstm_cell_3", "l_1/lstm_cell", "s/l"]) {
      const named = weights([`${prefix}/recurrent_kernel:0`, [1, 4]], [`${prefix}/kernel:0`, [1, 4]]);
      expect(numbersOf(await loadModel({ modelTopology: topology, ...named }))).toEqual([
        [4, 5, 6, 7],
        [0, 1, 2, 3],
      ]);
    }
  });

  it.each([
    [{ format: "graph-model", modelTopology: { node: [] } }, "graph model"],
    [{ modelTopology: { node: [], versions: {} } }, "graph model"],
    [{ class_name: "Sequential", config: [] }, "modelFromJson"],
    [{}, "modelTopology"],
    [{ modelTopology: small }, "need 44 bytes, the files have 0"],
    [{ modelTopology: sequential([dense("a", 2)]) }, "input's shape"],
    [
      {
        modelTopology: sequential([
          { class_name: "RandomWidth", config: { name: "r", batch_input_shape: [null, 2, 2, 1] } },
        ]),
      },
      "RandomWidth",
    ],
    [
      {
        modelTopology: sequential([dense("a", 2, { batch_input_shape: [null, 3], activation: "gelu_new" })]),
      },
      "gelu_new",
    ],
  ])("is refused when it is %j", async (artifacts, message) => {
    const given = {
      weightSpecs:
        "modelTopology" in artifacts && artifacts.modelTopology === small ? smallWeights.weightSpecs : [],
      ...artifacts,
    };
    const error: unknown = await loadModel(given as ModelArtifacts).catch((thrown: unknown) => thrown); // SAFETY: malformed on purpose
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toContain(message);
  });

  it("is not read without its weights, when it is nested beyond reason, or when it is no JSON", async () => {
    let deep: object = {};
    for (let i = 0; i < 300; i++) deep = { deep };
    await expect(loadModel({ modelTopology: sequential([dense("a", 1, deep)]) })).rejects.toThrow(
      /nested more than 200/,
    );
    await expect(
      loadModel(new TextEncoder().encode(JSON.stringify({ modelTopology: small }))),
    ).rejects.toThrow(/architecture without weights/);
    await expect(loadModel(new TextEncoder().encode('{"modelTopology":'))).rejects.toThrow(FormatError);
  });

  it("is compiled as it was, when TensorFlow.js's losses and optimizers are known", async () => {
    const optimizer = {
      class_name: "Momentum",
      config: { learningRate: 0.5, momentum: 0.25, useNesterov: true },
    };
    const trainingConfig = { loss: "mean_squared_error", metrics: ["mse"], optimizer_config: optimizer };
    const model = await loadModel({ modelTopology: small, ...smallWeights, trainingConfig });
    expect(model.optimizer?.getConfig()).toMatchObject({ learningRate: 0.5, momentum: 0.25, nesterov: true });
    const plain = await loadModel(
      { modelTopology: small, ...smallWeights, trainingConfig },
      { compile: false },
    );
    expect(plain.optimizer).toBeNull();
  });
});

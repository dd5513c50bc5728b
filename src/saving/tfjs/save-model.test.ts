import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  mkdirSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  initializers,
  Input,
  Layer,
  layers,
  losses,
  Model,
  ops,
  optimizers,
  Sequential,
} from "../../index.ts";
import { FormatError, OptionError } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import { loadModel } from "../index.ts";

const folder = mkdtempSync(join(tmpdir(), "antler-tfjs-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name, "model.json");

interface ModelJson {
  readonly format: string;
  readonly modelTopology: { readonly class_name: string; readonly config: Readonly<Record<string, unknown>> };
  readonly trainingConfig?: unknown;
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly {
      readonly name: string;
      readonly shape: readonly number[];
      readonly dtype: string;
    }[];
  }[];
}
const read = (name: string): ModelJson => JSON.parse(readFileSync(at(name), "utf8")) as ModelJson; // SAFETY: as the format has it

const small = (): Model =>
  Sequential([layers.Dense(4, { inputShape: [3], name: "a" }), layers.Dense(2, { name: "b" })], {
    name: "s",
  }) as Model; // SAFETY: a sequential model is a model

describe("a model saved as model.json", () => {
  it("has the keys of TensorFlow.js, those of Keras 2 in its layers, and a manifest that counts its bytes", async () => {
    const model = small();
    model.compile({
      optimizer: optimizers.SGD({ learningRate: 0.5, momentum: 0.9 }),
      loss: "mse",
      metrics: ["mae"],
    });
    await model.save(at("keys"));
    const json = read("keys");
    expect(Object.keys(json)).toEqual([
      "format",
      "generatedBy",
      "convertedBy",
      "modelTopology",
      "trainingConfig",
      "weightsManifest",
    ]);
    expect(json.format).toBe("layers-model");
    expect(json.trainingConfig).toEqual({
      loss: "mean_squared_error",
      metrics: ["mae"],
      optimizer_config: {
        class_name: "Momentum",
        config: { learningRate: 0.5, momentum: expect.closeTo(0.9, 6) as number, useNesterov: false },
      },
    });
    expect(json.modelTopology).toMatchObject({
      class_name: "Sequential",
      config: {
        name: "s",
        layers: [
          {
            class_name: "InputLayer",
            config: { batch_input_shape: [null, 3], dtype: "float32", sparse: false },
          },
          {
            class_name: "Dense",
            config: {
              name: "a",
              trainable: true,
              units: 4,
              activation: "linear",
              use_bias: true,
              kernel_initializer: { class_name: "GlorotUniform", config: { seed: null } },
              kernel_regularizer: null,
            },
          },
          { class_name: "Dense", config: { name: "b" } },
        ],
      },
    });
    const text = JSON.stringify(json.modelTopology);
    for (const key of [
      "registered_name",
      "module",
      "quantization_config",
      "DTypePolicy",
      'batch_shape"',
      "build_config",
    ])
      expect(text).not.toContain(key);
    const [group] = json.weightsManifest;
    expect(group?.paths).toEqual(["group1-shard1of1.bin"]);
    expect(group?.weights).toEqual([
      { name: "a/kernel", shape: [3, 4], dtype: "float32" },
      { name: "a/bias", shape: [4], dtype: "float32" },
      { name: "b/kernel", shape: [4, 2], dtype: "float32" },
      { name: "b/bias", shape: [2], dtype: "float32" },
    ]);
    expect(statSync(join(folder, "keys", "group1-shard1of1.bin")).size).toBe(4 * (12 + 4 + 8 + 2));
  });

  it("lists calls as Keras 2 did, nested models' from 1", async () => {
    const inner = Input({ shape: [3] });
    const nested = Model({ inputs: inner, outputs: layers.Dense(3, { name: "d" })(inner), name: "nested" });
    const inputs = Input({ shape: [3], name: "in" });
    const sum = layers.Add({ name: "sum" })([nested(inputs), nested(nested(inputs))]);
    await (Model({ inputs, outputs: [sum, nested(inputs)] }) as Model).save(at("calls")); // SAFETY: a functional model
    const { class_name: className, config } = read("calls").modelTopology;
    expect(className).toBe("Model");
    expect(config["input_layers"]).toEqual([["in", 0, 0]]);
    const entries = config["layers"] as {
      readonly name: string;
      readonly inbound_nodes: readonly (readonly (readonly unknown[])[])[];
    }[]; // SAFETY: as the format has it
    const calls = Object.fromEntries(entries.map(({ name, inbound_nodes: nodes }) => [name, nodes]));
    expect(calls["in"]).toEqual([]);
    expect(calls["nested"]).toHaveLength(4);
    expect(calls["sum"]).toHaveLength(1);
    for (const [name, node, tensor, kwargs] of calls["sum"]?.[0] ?? [])
      expect([name, Number(node) >= 1, tensor, kwargs]).toEqual(["nested", true, 0, {}]);
  });

  it("is cut into files of 4 MiB", async () => {
    const model = Sequential([layers.Dense(1500, { inputShape: [1000] })]) as Model; // SAFETY: a sequential model is a model
    await model.save(at("large"));
    const paths = read("large").weightsManifest[0]?.paths ?? [];
    expect(paths).toEqual(["group1-shard1of2.bin", "group1-shard2of2.bin"]);
    const mebibytes = 4 * 1024 * 1024;
    expect(paths.map((path) => statSync(join(folder, "large", path)).size)).toEqual([
      mebibytes,
      4 * 1_501_500 - mebibytes,
    ]);
    const again = await loadModel(at("large"));
    expect(again.weights.map((weight) => weight.dataSync())).toEqual(
      model.weights.map((weight) => weight.dataSync()),
    );
  });

  it("replaces another whole, and touches no file that is not its own", async () => {
    await small().save(at("twice"));
    writeFileSync(join(folder, "twice", "notes.bin"), "mine");
    const next = small();
    await next.save(at("twice"));
    expect(readdirSync(join(folder, "twice")).sort()).toEqual([
      "group2-shard1of1.bin",
      "model.json",
      "notes.bin",
    ]);
    await small().save(at("twice"));
    expect(readdirSync(join(folder, "twice")).sort()).toEqual([
      "group1-shard1of1.bin",
      "model.json",
      "notes.bin",
    ]);
    await expect(next.save(at("twice"), { overwrite: false })).rejects.toThrow(OptionError);
  });

  it("leaves the old one whole when writing breaks off", async () => {
    const model = small();
    await model.save(at("broken"));
    // The new weights' file cannot be written where a folder is.
    mkdirSync(join(folder, "broken", "group2-shard1of1.bin"));
    await expect(small().save(at("broken"))).rejects.toThrow(/group2/);
    const old = await loadModel(at("broken"));
    expect(old.weights.map((weight) => weight.dataSync())).toEqual(
      model.weights.map((weight) => weight.dataSync()),
    );
  });

  it("says so when it cannot keep how the model was compiled", async () => {
    const model = small();
    model.compile({ optimizer: "nadam", loss: losses.Huber() });
    await model.save(at("compiled"));
    expect(read("compiled").trainingConfig).toBeUndefined();
  });
});

class Doubled extends Layer {
  override call(x: never): never {
    return ops.add(x, x) as never; // SAFETY: what a layer is given it gives
  }
}

describe("what TensorFlow.js lacks is refused by name, before a file is written:", () => {
  const one = (make: (x: never) => unknown, shape: readonly number[] = [4, 3]): Model => {
    const inputs = Input({ shape: [...shape] });
    return Model({ inputs, outputs: make(inputs as never) as never }) as Model; // SAFETY: a chain of one layer
  };
  const masked = (make: (x: never) => unknown): Model => {
    const inputs = Input({ shape: [4] });
    return Model({
      inputs,
      outputs: make(layers.Embedding(5, 3, { maskZero: true })(inputs) as never) as never,
    }) as Model; // SAFETY: as above
  };
  const cases: Readonly<Record<string, readonly [() => Model, string]>> = {
    "a layer": [
      () => one(layers.GroupNormalization({ groups: 1, name: "mine" })),
      "mine (GroupNormalization): TensorFlow.js has no layer GroupNormalization",
    ],
    "a layer that differs": [() => one(layers.Resizing(2, 2), [4, 4, 1]), "computes Resizing otherwise"],
    "a custom layer": [() => one((x) => new Doubled({ name: "mine" })(x)), "mine (Doubled)"],
    "an op": [() => one((x) => ops.exp(x)), "has no ops between layers"],
    reset_after: [() => one(layers.GRU(2, { name: "mine" })), "resetAfter: false"],
    groups: [() => one(layers.Conv1D(3, 1, { groups: 3, name: "mine" })), "groups"],
    "causal padding": [() => one(layers.Conv1D(3, 2, { padding: "causal" })), '"causal"'],
    "a dtype": [() => one(layers.Dense(2, { dtype: "mixed_bfloat16" })), "float32"],
    "an input's dtype": [
      () => {
        const x = Input({ shape: [2], dtype: "uint8" });
        return Model({ inputs: x, outputs: layers.Flatten()(x) }) as Model;
      },
      '"uint8"',
    ], // SAFETY: a model
    "another hard_sigmoid": [() => one(layers.Dense(2, { activation: "hard_sigmoid" })), "0.2 · x + 0.5"],
    "an activation": [() => one(layers.Activation("tanh_shrink")), "tanh_shrink"],
    "an initializer": [
      () =>
        one(
          layers.Dense(2, {
            kernelInitializer: initializers.VarianceScaling({ distribution: "untruncated_normal" }),
          }),
        ),
      "untruncated_normal",
    ],
    "a regularizer": [
      () => one(layers.Dense(2, { kernelRegularizer: "orthogonal_regularizer" })),
      "OrthogonalRegularizer",
    ],
    "an activity regularizer": [
      () => one(layers.Dense(2, { activityRegularizer: "l2" })),
      "activity_regularizer",
    ],
    "bilinear images": [
      () => one(layers.UpSampling2D(2, { interpolation: "bilinear" }), [4, 4, 1]),
      "bilinear",
    ],
    "softmax along another axis": [() => one(layers.Softmax({ axis: 1 })), "last axis"],
    "a constant among tensors": [
      () => one((x) => (layers.Add() as never as (x: unknown) => unknown)([x, 2])),
      "constant",
    ], // SAFETY: on purpose
    "an average with a mask": [() => masked(layers.GlobalAveragePooling1D()), "with a mask"],
    "steps in both directions with a mask": [
      () => masked(layers.Bidirectional(layers.LSTM(2, { returnSequences: true }))),
      "with a mask",
    ],
    "a mask that would stray": [
      () =>
        masked((x) => layers.LSTM(2, { name: "second" })(layers.RepeatVector(3)(layers.LSTM(2)(x)) as never)),
      "second (LSTM)",
    ],
    "another way back": [
      () =>
        one(
          layers.Bidirectional(layers.LSTM(2), {
            backwardLayer: layers.LSTM(2, { goBackwards: true, activation: "relu" }),
          }),
        ),
      "backwardLayer",
    ],
    "a name": [() => one(layers.Dense(2, { name: "größe" })), "größe"],
    "one name twice": [
      () => {
        const part = (): ((x: never) => unknown) =>
          Sequential([layers.Dense(2, { inputShape: [2], name: "same" })]) as unknown as (
            x: never,
          ) => unknown; // SAFETY: models are callable
        return one((x) => part()(part()(x) as never), [2]); // SAFETY: a symbolic tensor
      },
      "different names",
    ],
  };
  it.each(Object.entries(cases))("%s", async (name, [make, message]) => {
    const error: unknown = await make()
      .save(at(name))
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(message);
    expect(error).toBeInstanceOf(FormatError);
    expect(existsSync(join(folder, name))).toBe(false);
  });

  it("a name other than model.json", async () => {
    await expect(small().save(join(folder, "other.json"))).rejects.toThrow(/model\.json/);
  });

  it("(and every key of a layer's configuration is known to be kept, idle or left)", async () => {
    await one(layers.LSTM(2)).save(at("lstm"));
    const list = read("lstm").modelTopology.config["layers"];
    const configs = (Array.isArray(list) ? list : []).map((entry: unknown) =>
      isPlainObject(entry) ? entry["config"] : null,
    );
    expect(configs).toHaveLength(2);
    expect(Object.keys(configs[1] as object)).not.toContain("zero_output_for_mask"); // SAFETY: an object, as the format has it
  });
});

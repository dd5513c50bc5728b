import { describe, expect, it } from "vitest";
import { readHdf5 } from "../codec/hdf5/index.ts";
import { ZipArchive } from "../codec/zip-read.ts";
import { writeZip } from "../codec/zip-write.ts";
import { Input, layers, Model, Sequential } from "../index.ts";
import { loadModel, modelToBytes } from "./index.ts";
import { numberBytes } from "./keras-file.ts";
import { writeWeights } from "./weights-file.ts";

/** A file with other JSON than it was written with. */
async function rewritten(
  bytes: Uint8Array,
  version: string,
  change: (config: Record<string, unknown>) => unknown,
): Promise<Uint8Array> {
  const archive = ZipArchive.open(bytes, "file");
  const config = JSON.parse(new TextDecoder().decode(await archive.read("config.json"))) as Record<
    string,
    unknown
  >; // SAFETY: a model's configuration
  const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  return writeZip([
    { name: "metadata.json", data: encode({ keras_version: version, date_saved: "2023-01-01@00:00:00" }) },
    { name: "config.json", data: encode(change(config)) },
    { name: "model.weights.h5", data: await archive.read("model.weights.h5") },
  ]);
}

describe(".keras files", () => {
  it("of tf.keras 2.13 have layers and calls of the old form", async () => {
    const inputs = Input({ shape: [4], name: "input_1" });
    const hidden = layers.Dense(3, { activation: "relu", name: "dense" })(inputs);
    const model = Model({ inputs, outputs: layers.Dense(2, { name: "dense_1" })(hidden), name: "model" });
    model.compile({ optimizer: "adam", loss: "mse" });
    await model.trainOnBatch([[1, 2, 3, 4]], [[0, 1]]);
    const old = await rewritten(modelToBytes(model), "2.13.1", (config) => {
      const layer = (name: string, from: string | null, own: object): object => ({
        module: "keras.layers",
        class_name: from === null ? "InputLayer" : "Dense",
        config: { name, ...own },
        registered_name: null,
        name,
        inbound_nodes: from === null ? [] : [[[from, 0, 0, {}]]],
      });
      const dense = (units: number, activation: string): object => ({
        trainable: true,
        dtype: { class_name: "Policy", config: { name: "float32" } },
        units,
        activation,
        use_bias: true,
        kernel_initializer: {
          module: "keras.initializers",
          class_name: "GlorotUniform",
          config: { seed: null },
        },
        bias_initializer: { module: "keras.initializers", class_name: "Zeros", config: {} },
        kernel_regularizer: null,
        bias_regularizer: null,
        activity_regularizer: null,
        kernel_constraint: null,
        bias_constraint: null,
      });
      const compiled = config["compile_config"] as { optimizer: { config: object } }; // SAFETY: as compiled above
      const { optimizer } = compiled;
      const settings = { ...optimizer.config, jit_compile: false, is_legacy_optimizer: false };
      return {
        module: "keras.src.engine.functional",
        class_name: "Functional",
        registered_name: "Functional",
        build_config: { input_shape: [null, 4] },
        compile_config: { ...compiled, optimizer: { ...optimizer, config: settings } },
        config: {
          name: "model",
          trainable: true,
          layers: [
            layer("input_1", null, {
              batch_input_shape: [null, 4],
              dtype: "float32",
              sparse: false,
              ragged: false,
            }),
            layer("dense", "input_1", dense(3, "relu")),
            layer("dense_1", "dense", dense(2, "linear")),
          ],
          input_layers: [["input_1", 0, 0]],
          output_layers: [["dense_1", 0, 0]],
        },
      };
    });
    const read = await loadModel(old);
    const x = [[1, 0, -1, 2]];
    expect(await read.predict(x, { verbose: 0 })).toEqual(await model.predict(x, { verbose: 0 }));
    expect(await read.trainOnBatch(x, [[1, 1]])).toEqual(await model.trainOnBatch(x, [[1, 1]]));
  });

  it("count the bytes of all their numbers, those that HDF5 does not know too", async () => {
    const build = (dtype: "bfloat16" | "float32"): Model =>
      Sequential([layers.Dense(3, { inputShape: [5], dtype })]) as Model; // SAFETY: a sequential model is a model
    for (const [dtype, bytes] of [
      ["bfloat16", 2],
      ["float32", 4],
    ] as const)
      expect(numberBytes(await readHdf5(writeWeights(build(dtype)), "file"))).toBe(18 * bytes);
  });
});

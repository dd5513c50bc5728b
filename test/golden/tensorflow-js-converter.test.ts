import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import {
  findNode,
  type Hdf5Group,
  readHdf5,
  stringAttribute,
  stringsAttribute,
  walkNodes,
} from "../../src/codec/hdf5/index.ts";
import { ZipArchive } from "../../src/codec/zip-read.ts";
import type { Model } from "../../src/models/model.ts";
import { loadModel, type ModelArtifacts } from "../../src/saving/index.ts";
import { parsePythonJson } from "../../src/saving/python-json.ts";
import { isPlainObject } from "../../src/util/options.ts";
import { customObjects, registerCustomModels } from "../support/custom-models.ts";
import {
  describeGolden,
  describeSharedData,
  goldenFiles,
  goldenPath,
  sharedDataPath,
} from "../support/golden.ts";

/** What the converter of TensorFlow.js does with weights: their names as they are, numbers as float32 or int32. */
function pack(
  datasets: readonly (readonly [name: string, dataset: ReturnType<typeof findNode>])[],
): Pick<ModelArtifacts, "weightSpecs" | "weightData"> {
  const read = datasets.map(([name, dataset]) => {
    if (dataset?.kind !== "dataset") throw new Error(`no dataset ${name}`);
    const { dtype, shape, data } = dataset.read();
    const numbers = Array.from(data as ArrayLike<number>, Number); // SAFETY: weights are numbers
    return {
      name,
      shape,
      dtype,
      data: dtype === "int32" ? Int32Array.from(numbers) : Float32Array.from(numbers),
    };
  });
  return {
    weightSpecs: read.map(({ name, shape, data }) => ({
      name,
      shape,
      dtype: data instanceof Int32Array ? "int32" : "float32",
    })),
    weightData: Uint8Array.from(Buffer.concat(read.map(({ data }) => new Uint8Array(data.buffer)))),
  };
}

function groupIn(file: Hdf5Group, path: string): Hdf5Group {
  const group = findNode(file, path);
  if (group?.kind !== "group") throw new Error(`no group ${path}`);
  return group;
}

/** An `.h5` of Keras 2 as the converter writes it: layers in the order of their names. */
function convertH5(file: Hdf5Group, version: string): ModelArtifacts {
  const layers = groupIn(file, "model_weights");
  const names = [...layers.children.keys()].sort();
  const datasets = names.flatMap((layer) => {
    const group = groupIn(layers, layer);
    return (stringsAttribute(group, "weight_names") ?? []).map(
      (name) => [name.replace(/:\d+$/, ""), findNode(group, name)] as const,
    );
  });
  const parse = (name: string): unknown => {
    const text = stringAttribute(file, name);
    return text === undefined ? undefined : parsePythonJson(text);
  };
  const topology = {
    keras_version: version,
    backend: "tensorflow",
    model_config: parse("model_config"),
    training_config: parse("training_config"),
  };
  return { modelTopology: topology, ...pack(datasets) };
}

/** A `.keras` file as the converter writes it: without modules, weights by their place. */
async function convertKeras(bytes: Uint8Array): Promise<ModelArtifacts> {
  const archive = ZipArchive.open(bytes, "model.keras");
  const config = parsePythonJson(new TextDecoder().decode(await archive.read("config.json")));
  const file = await readHdf5(await archive.read("model.weights.h5"), "model.weights.h5");
  const datasets = [...walkNodes(file)].filter((node) => node.kind === "dataset");
  return {
    modelTopology: { keras_version: "3.16.0", model_config: withoutModules(config) },
    ...pack(datasets.map((node) => [node.path.slice(1), node] as const)),
  };
}

function withoutModules(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutModules);
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).filter(
    ([key]) => !["module", "registered_name", "date_saved"].includes(key),
  );
  return Object.fromEntries(entries.map(([key, child]) => [key, withoutModules(child)]));
}

function expectSameWeights(actual: Model, expected: Model): void {
  expect(actual.weights.map(({ shape }) => shape)).toEqual(expected.weights.map(({ shape }) => shape));
  actual.weights.forEach((weight, i) => {
    const numbers = Float32Array.from(expected.weights[i]?.dataSync() as ArrayLike<number>, Number); // SAFETY: weights are numbers
    expect(Float32Array.from(weight.dataSync() as ArrayLike<number>, Number)).toEqual(numbers); // SAFETY: as above
  });
}

describeSharedData("models of Keras 2, converted for TensorFlow.js", "keras_models", () => {
  const root = sharedDataPath("keras_models");
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.(?:h5|hdf5)$/.test(name) && !/_weights|inputs_and_outputs|lambda|deepfm/.test(name),
  );

  it("have the weights of the originals", async () => {
    let count = 0;
    for (const name of names) {
      const path = `${root}/${name}`;
      const file = await readHdf5(new Uint8Array(readFileSync(path)), path);
      const version = stringAttribute(file, "keras_version") ?? "1";
      // The converter takes no older ones.
      if (!version.startsWith("2")) continue;
      const original = await loadModel(path, { compile: false });
      expectSameWeights(await loadModel(convertH5(file, version), { compile: false }), original);
      count += 1;
    }
    expect(count).toBeGreaterThan(40);
  });
});

describeGolden("models of Keras 3, converted for TensorFlow.js", () => {
  registerCustomModels();
  // Classes of users, and what the loader refuses in any form.
  const left = /^(?:custom|pre_pr|quantized|lora|lambda|spectral|mixed|subclassed)/;
  const names = goldenFiles("formats", ".keras").filter((name) => !left.test(name));

  it.each(names)("%s has the weights of the original", async (name) => {
    const bytes = new Uint8Array(readFileSync(goldenPath(`formats/${name}`)));
    const original = await loadModel(bytes, { customObjects, compile: false });
    expectSameWeights(
      await loadModel(await convertKeras(bytes), { customObjects, compile: false }),
      original,
    );
  });
});

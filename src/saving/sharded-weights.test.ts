import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { layers, Sequential } from "../index.ts";
import type { Model } from "../models/model.ts";
import { FormatError } from "../util/errors.ts";
import { writeZip } from "../codec/zip-write.ts";
import { ZipArchive } from "../codec/zip-read.ts";
import { loadModel, modelToBytes } from "./index.ts";
import { writeShardedWeights } from "./sharded-weights.ts";

const kilobyte = 1000 / 1024 ** 3;

function make(): Model {
  const model = Sequential([layers.Dense(16, { inputShape: [20] }), layers.Dense(16), layers.Dense(4)]);
  return model as Model; // SAFETY: a sequential model is a model
}

function values(model: Model): unknown {
  return model.weights.map((weight) => weight.dataSync());
}

describe("sharded weights", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "shards-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it("are written as several files and read from a path, a URL and picked files", async () => {
    const model = make();
    const path = join(folder, "a.weights.json");
    await model.saveWeights(path, { maxShardSize: 1.4 * kilobyte });
    const names = (await readdir(folder)).filter((name) => name.startsWith("a"));
    expect(names).toEqual(["a.weights.json", "a_00000.weights.h5", "a_00001.weights.h5"]);
    const files = await Promise.all(
      names.map(async (name) => new File([await readFile(join(folder, name))], name)),
    );
    for (const source of [path, new URL(`file://${path}`), files]) {
      const other = make();
      expect(values(other)).not.toEqual(values(model));
      await other.loadWeights(source);
      expect(values(other)).toEqual(values(model));
    }
  });

  it("of the optimizer are kept too", async () => {
    const model = make();
    model.compile({ optimizer: "adam", loss: "mse" });
    const x = Array.from({ length: 8 }, (_, i) => Array.from({ length: 20 }, (__, j) => Math.sin(i * j)));
    const y = x.map((row) => row.slice(0, 4));
    await model.fit(x, y, { verbose: 0 });
    const path = join(folder, "adam.weights.json");
    await model.saveWeights(path, { maxShardSize: 2 * kilobyte });
    const other = make();
    other.compile({ optimizer: "adam", loss: "mse" });
    other.optimizer?.build(other.trainableVariables);
    await other.loadWeights(path);
    expect(other.optimizer?.variables.map((v) => v.dataSync())).toEqual(
      model.optimizer?.variables.map((v) => v.dataSync()),
    );
  });

  it("replace those of the same name, and leave no others behind", async () => {
    const path = join(folder, "b.weights.json");
    await make().saveWeights(path, { maxShardSize: 1.3 * kilobyte });
    const model = make();
    await model.saveWeights(path, { maxShardSize: 1 });
    expect((await readdir(folder)).filter((name) => name.startsWith("b"))).toEqual([
      "b.weights.json",
      "b_00000.weights.h5",
    ]);
    const other = make();
    await other.loadWeights(path);
    expect(values(other)).toEqual(values(model));
  });

  it("are whole at every moment: a JSON that names shards by other names is one of a save that was interrupted", async () => {
    const path = join(folder, "d.weights.json");
    const [first, second] = [make(), make()];
    await first.saveWeights(path, { maxShardSize: 1.4 * kilobyte });
    // As it is between the two halves of a save: new shards beside the old ones, and named by the JSON.
    for (const i of [0, 1]) {
      const name = join(folder, `d_0000${i}.weights.h5`);
      await rename(name, `${name}.new`);
      await writeFile(name, "half written");
    }
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replaceAll(".weights.h5", ".weights.h5.new"));
    const read = make();
    await read.loadWeights(path);
    expect(values(read)).toEqual(values(first));
    await second.saveWeights(path, { maxShardSize: 1.4 * kilobyte });
    await read.loadWeights(path);
    expect(values(read)).toEqual(values(second));
    expect((await readdir(folder)).filter((name) => name.startsWith("d"))).toEqual([
      "d.weights.json",
      "d_00000.weights.h5",
      "d_00001.weights.h5",
    ]);
  });

  it("refuse a variable that is larger than a shard", async () => {
    const path = join(folder, "c.weights.json");
    await expect(make().saveWeights(path, { maxShardSize: kilobyte })).rejects.toThrow(/1280 bytes/);
    await expect(make().saveWeights(path, { maxShardSize: 0 })).rejects.toThrow(/above 0/);
  });

  it("are members of a .keras file", async () => {
    const model = make();
    const whole = ZipArchive.open(modelToBytes(model), "file");
    const { shards, map } = writeShardedWeights(model, 1.4 * kilobyte);
    const names = shards.map((_, i) => `model_0000${i}.weights.h5`);
    const members = [
      { name: "metadata.json", data: await whole.read("metadata.json") },
      { name: "config.json", data: await whole.read("config.json") },
      { name: "model.weights.json", data: map(names) },
      ...shards.map((data, i) => ({ name: names[i] ?? "", data })),
    ];
    const again = await loadModel(writeZip(members));
    expect(values(again)).toEqual(values(model));
    await expect(loadModel(writeZip(members.slice(0, -1)))).rejects.toThrow(/model_00001.weights.h5/);
  });

  it.each([
    ['{"a": 1}', /weight_map/],
    ['{"weight_map": {"/vars": 3}}', /expected the name of a file/],
    ['{"weight_map": {"/vars": "../x.h5"}}', /expected the name of a file/],
    ['{"weight_map": {"/layers/none/vars": ["a_00000.weights.h5"]}}', /no group/],
    ['{"weight_map": {}}', /missing/],
    ["{", /JSON/],
  ])("with the map %s are refused", async (text, message) => {
    await make().saveWeights(join(folder, "a.weights.json"), { maxShardSize: 1.4 * kilobyte });
    const path = join(folder, "bad.weights.json");
    await writeFile(path, text);
    const loading = make().loadWeights(path);
    await expect(loading).rejects.toThrow(FormatError);
    await expect(loading).rejects.toThrow(message);
  });

  it("given as bytes alone are refused, since the shards cannot be found", async () => {
    const bytes = new Uint8Array(await readFile(join(folder, "a.weights.json")));
    await expect(make().loadWeights(bytes)).rejects.toThrow(/list of all the files/);
  });
});

import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ZipArchive } from "../codec/zip-read.ts";
import { layers, Sequential } from "../index.ts";
import type { Model } from "../models/model.ts";
import { OptionError } from "../util/errors.ts";
import { loadModel, modelToBytes } from "./index.ts";

function make(): Model {
  return Sequential([layers.Dense(3, { inputShape: [2] })], { name: "small" }) as Model; // SAFETY: a sequential model is a model
}

function values(model: Model): unknown {
  return model.weights.map((weight) => weight.dataSync());
}

describe("a model as a folder", () => {
  let root = "";
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "folder-"));
  });
  afterAll(async () => {
    await rm(root, { recursive: true });
  });

  it("has the members of a .keras file, and is read like one", async () => {
    const model = make();
    const path = join(root, "a");
    await model.save(path, { zipped: false });
    expect((await readdir(path)).toSorted()).toEqual([
      "assets",
      "config.json",
      "metadata.json",
      "model.weights.h5",
    ]);
    const archive = ZipArchive.open(modelToBytes(model), "file");
    for (const name of ["config.json", "model.weights.h5"])
      expect(new Uint8Array(await readFile(join(path, name)))).toEqual(await archive.read(name));
    expect(values(await loadModel(path))).toEqual(values(model));
    expect(values(await loadModel(`${path}/`))).toEqual(values(model));
    const other = make();
    await other.loadWeights(path);
    expect(values(other)).toEqual(values(model));
  });

  it("is replaced as a whole, also where the last save was interrupted", async () => {
    const path = join(root, "b");
    const [first, second] = [make(), make()];
    await first.save(path, { zipped: false });
    await second.save(`${path}/`, { zipped: false });
    expect(values(await loadModel(path))).toEqual(values(second));
    // Killed while the new folder was being made, and between the two renames.
    await mkdir(`${path}.partial`);
    await writeFile(join(`${path}.partial`, "config.json"), "{");
    await rename(path, `${path}.previous`);
    expect(values(await loadModel(path))).toEqual(values(second));
    await first.save(path, { zipped: false });
    expect(values(await loadModel(path))).toEqual(values(first));
    expect((await readdir(root)).filter((name) => name.startsWith("b"))).toEqual(["b"]);
  });

  it("does not take the place of anything else", async () => {
    const path = join(root, "c");
    await mkdir(path);
    await writeFile(join(path, "thesis.txt"), "mine");
    await expect(make().save(path, { zipped: false })).rejects.toThrow(/thesis\.txt/);
    await expect(make().save(join(path, "thesis.txt"), { zipped: false })).rejects.toThrow(OptionError);
    await expect(make().save(join(root, "c.keras"), { zipped: false })).rejects.toThrow(/does not end/);
    await expect(make().save(path)).rejects.toThrow(/ends in \.keras/);
    await expect(make().save(join(root, "a"), { zipped: false, overwrite: false })).rejects.toThrow(
      /exists already/,
    );
    expect(await readdir(path)).toEqual(["thesis.txt"]);
  });
});

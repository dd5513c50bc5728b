import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readHdf5, stringAttribute, walkNodes } from "../../src/codec/hdf5/index.ts";
import { ZipArchive } from "../../src/codec/zip-read.ts";
import { loadModel, modelToBytes } from "../../src/saving/index.ts";
import { writeShardedWeights } from "../../src/saving/sharded-weights.ts";
import * as utils from "../../src/utils/index.ts";
import { isPlainObject } from "../../src/util/options.ts";
import { customObjects, registerCustomModels } from "../support/custom-models.ts";
import { describeGolden, goldenFiles, goldenPath } from "../support/golden.ts";

/** Refused by design, or of a class that the corpus has no code for. */
const left = /pre_pr22362|formats\/custom_objects_model/;

/** What differs from run to run, or from backend to backend (FORMAT.md names each). */
function normalize(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalize);
  if (!isPlainObject(value)) return value;
  const { shared_object_id: _id, ...rest } = value;
  const isTorch = String(rest["module"]).startsWith("keras.src.backend.torch.optimizers");
  const object = isTorch ? { ...rest, module: "keras.optimizers", registered_name: null } : rest;
  // A custom class's Python module cannot be known.
  const isCustom = String(rest["registered_name"]).includes(">");
  const own = isCustom ? { ...object, module: "*" } : object;
  return Object.fromEntries(Object.entries(own).map(([key, child]) => [key, normalize(child)]));
}

async function describeFile(
  bytes: Uint8Array,
): Promise<{ members: string[]; config: unknown; tree: string[] }> {
  const archive = ZipArchive.open(bytes, "file.keras");
  const config: unknown = JSON.parse(new TextDecoder().decode(await archive.read("config.json")));
  const tree = await treeOf(await archive.read("model.weights.h5"));
  return { members: archive.members.map(({ name }) => name), config: normalize(config), tree };
}

/** Every group with its name, every dataset with its form. */
async function treeOf(bytes: Uint8Array): Promise<string[]> {
  const nodes = [...walkNodes(await readHdf5(bytes, "weights.h5"))];
  return nodes
    .map((node) =>
      node.kind === "dataset"
        ? `${node.path} ${node.dtype} [${node.shape.join()}] ${node.layout}`
        : `${node.path} ${stringAttribute(node, "name") ?? ""}`,
    )
    .sort();
}

describeGolden("files Antler writes for models that Keras saved", () => {
  registerCustomModels();
  const folders: readonly (readonly [string, string])[] = [
    ["formats", ".keras"],
    ["layers_zoo", ".keras"],
    // Those that Keras saved before training have no slots of the optimizer, which Antler makes when it loads them.
    ["training", ".final.keras"],
  ];
  const files = folders
    .flatMap(([folder, ending]) => goldenFiles(folder, ending).map((name) => `${folder}/${name}`))
    .filter((name) => !left.test(name));

  it("are many", () => {
    expect(files.length).toBeGreaterThan(180);
  });

  for (const name of files) {
    it(`${name}: members, configuration and weights tree are Keras's`, async () => {
      // Names that layers get by themselves are counted from the start, as when Keras made the model.
      utils.clearSession();
      const original = new Uint8Array(readFileSync(goldenPath(name)));
      const model = await loadModel(original, { customObjects });
      const theirs = await describeFile(original);
      const ours = await describeFile(modelToBytes(model));
      expect(ours.members).toEqual(theirs.members);
      expect(ours.tree).toEqual(theirs.tree);
      expect(ours.config).toEqual(theirs.config);
    });
  }

  it("in shards: the JSON and the trees of all shards are Keras's", async () => {
    utils.clearSession();
    const model = await loadModel(goldenPath("formats/extra/base.keras"));
    const { shards, map } = writeShardedWeights(model, 2000 / 1024 ** 3);
    const names = shards.map((_, i) => `sharded_0000${i}.weights.h5`);
    const theirMap = readFileSync(goldenPath("formats/extra/sharded.weights.json"), "utf8");
    expect(new TextDecoder().decode(map(names))).toBe(theirMap);
    for (const [i, name] of names.entries()) {
      const theirs = await treeOf(new Uint8Array(readFileSync(goldenPath(`formats/extra/${name}`))));
      expect(await treeOf(shards[i] ?? new Uint8Array())).toEqual(theirs);
    }
  });
});

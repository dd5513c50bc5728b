import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { readHdf5, walkNodes, writeHdf5 } from "../../src/codec/hdf5/index.ts";
import { readIdx } from "../../src/codec/idx.ts";
import { deflate } from "../../src/codec/inflate.ts";
import { readNpy, writeNpy } from "../../src/codec/npy.ts";
import { ZipArchive } from "../../src/codec/zip-read.ts";
import { writeZip } from "../../src/codec/zip-write.ts";
import { Input, layers, Model, tensor } from "../../src/index.ts";
import { loadModel, modelToBytes } from "../../src/saving/index.ts";
import { goldenPath, hasGolden } from "./golden.ts";
import type { FuzzTarget } from "./fuzz.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Small files of the golden corpus, where it is there: real ones have more of a format in them than ours. */
function goldenSeeds(extension: string): readonly Uint8Array[] {
  if (!hasGolden) return [];
  const folder = goldenPath("formats");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .toSorted()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).size < 60_000)
    .slice(0, 12)
    .map((path) => new Uint8Array(readFileSync(path)));
}

const array = {
  shape: [3, 4],
  dtype: "float32" as const,
  data: Float32Array.from({ length: 12 }, (_, i) => i / 3),
};

function hdf5Seed(): Uint8Array {
  return writeHdf5({
    kind: "group",
    attributes: new Map([["keras_version", "3.16.0"]]),
    children: new Map([
      [
        "layers",
        {
          kind: "group" as const,
          children: new Map([
            ["0", { kind: "dataset" as const, value: array, attributes: new Map([["name", "kernel"]]) }],
            [
              "1",
              {
                kind: "dataset" as const,
                value: { shape: [], dtype: "int32" as const, data: Int32Array.of(7) },
              },
            ],
          ]),
        },
      ],
    ]),
  });
}

/** A zip archive with one deflated member, as other writers make them. */
async function deflatedSeed(): Promise<Uint8Array> {
  const plain = text("horn ".repeat(200));
  const packed = await deflate(plain);
  // The writer stores; its two headers are changed to the deflated form (APPNOTE.TXT 4.3.7 and 4.3.12).
  const zip = writeZip([{ name: "a.txt", data: plain }]);
  const name = 5;
  const local = zip.slice(0, 30 + name);
  const rest = zip.slice(30 + name + plain.length);
  const out = new Uint8Array(local.length + packed.length + rest.length);
  out.set(local);
  out.set(packed, local.length);
  out.set(rest, local.length + packed.length);
  const view = new DataView(out.buffer);
  const directory = local.length + packed.length;
  view.setUint16(8, 8, true);
  view.setUint32(18, packed.length, true);
  view.setUint16(directory + 10, 8, true);
  view.setUint32(directory + 20, packed.length, true);
  view.setUint32(out.length - 6, directory, true);
  return out;
}

/** A small trained model's file: architecture, weights, compilation and optimizer state. */
async function modelSeed(): Promise<Uint8Array> {
  const inputs = Input({ shape: [3], name: "in" });
  const hidden = layers.Dense(4, { activation: "relu", name: "hidden" })(inputs);
  const model = Model({ inputs, outputs: layers.Dense(2, { name: "out" })(hidden), name: "small" });
  model.compile({ optimizer: "adam", loss: "mse" });
  await model.trainOnBatch(tensor([[1, 2, 3]]), tensor([[0, 1]]));
  return modelToBytes(model);
}

/** Files that load as they are; others hold classes that are not here yet. */
async function loadable(files: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  const good: Uint8Array[] = [];
  for (const bytes of files) {
    try {
      await loadWhole(bytes);
      good.push(bytes);
    } catch {
      // Left out.
    }
  }
  return good;
}

/** Everything a file says of a model. */
async function loadWhole(bytes: Uint8Array): Promise<unknown> {
  const model = await loadModel(bytes, { compile: true });
  const weights = model.weights.map((variable) => [variable.shape, variable.dtype, variable.dataSync()]);
  return [model.toJson(), weights];
}

async function membersOf(bytes: Uint8Array): Promise<{ name: string; data: Uint8Array }[]> {
  const archive = ZipArchive.open(bytes, "seed.keras");
  const members: { name: string; data: Uint8Array }[] = [];
  for (const { name } of archive.members) members.push({ name, data: await archive.read(name) });
  return members;
}

/** Mutates one member of a sound `.keras` file and packs it again with right checksums. */
function memberTarget(member: string): FuzzTarget {
  let rest: { name: string; data: Uint8Array }[] = [];
  return {
    name: `keras-${member.replaceAll(".", "-")}`,
    accepts: "any",
    seeds: async () => {
      const members = await membersOf(await modelSeed());
      rest = members.filter(({ name }) => name !== member);
      return members.filter(({ name }) => name === member).map(({ data }) => data);
    },
    read: (data) => loadWhole(writeZip([...rest, { name: member, data }])),
  };
}

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: "zip",
    accepts: "same",
    seeds: async () => [
      writeZip([
        { name: "metadata.json", data: text('{"keras_version":"3.16.0"}') },
        { name: "config.json", data: text('{"class_name":"Functional"}') },
        { name: "model.weights.h5", data: hdf5Seed() },
      ]),
      await deflatedSeed(),
      ...goldenSeeds(".keras"),
    ],
    read: async (bytes) => {
      const archive = ZipArchive.open(bytes, "fuzzed.zip");
      const members: [string, Uint8Array][] = [];
      for (const { name } of archive.members) members.push([name, await archive.read(name)]);
      return members;
    },
  },
  {
    name: "hdf5",
    accepts: "any",
    seeds: () => [hdf5Seed(), ...goldenSeeds(".h5")],
    read: async (bytes) => {
      const root = await readHdf5(bytes, "fuzzed.h5");
      return [...walkNodes(root)].map((node) =>
        node.kind === "dataset"
          ? [node.path, node.shape, node.dtype, node.read()]
          : [node.path, node.attributes],
      );
    },
  },
  {
    name: "npy",
    accepts: "any",
    seeds: () => [writeNpy(array), writeNpy({ shape: [2], dtype: "int64", data: BigInt64Array.of(1n, -1n) })],
    read: (bytes) => readNpy(bytes, "fuzzed.npy"),
  },
  {
    name: "idx",
    accepts: "any",
    // Two images of 2 × 3 unsigned bytes: magic number with type and rank, sizes big endian, data.
    seeds: () => [
      Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    ],
    read: (bytes) => readIdx(bytes, "fuzzed.idx"),
  },
  {
    name: "keras",
    accepts: "same",
    seeds: async () => [await modelSeed(), ...(await loadable(goldenSeeds(".keras")))],
    read: loadWhole,
  },
  memberTarget("config.json"),
  memberTarget("model.weights.h5"),
  {
    name: "h5-model",
    accepts: "any",
    // Where there is no golden corpus there is no legacy file to begin with, and the present form stands in.
    seeds: async () => {
      const models = await loadable(goldenSeeds(".h5").filter((bytes) => bytes.length > 0));
      return models.length > 0 ? models : [await modelSeed()];
    },
    read: loadWhole,
  },
];

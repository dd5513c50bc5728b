import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readHdf5, walkNodes, writeHdf5 } from "../../src/codec/hdf5/index.ts";
import { readIdx } from "../../src/codec/idx.ts";
import { deflate } from "../../src/codec/inflate.ts";
import { readOtherImage } from "../../src/codec/other-images.ts";
import { readPng } from "../../src/codec/png-read.ts";
import { readNpy, writeNpy } from "../../src/codec/npy.ts";
import { readWav } from "../../src/codec/wav-read.ts";
import { ZipArchive } from "../../src/codec/zip-read.ts";
import { writeZip } from "../../src/codec/zip-write.ts";
import { Input, layers, Model, setRandomSeed, tensor } from "../../src/index.ts";
import type { ModelClass } from "../../src/models/model.ts";
import { loadModel, modelFromJson, modelToBytes } from "../../src/saving/index.ts";
import { writeSafetensorsWeights } from "../../src/saving/safetensors-weights.ts";
import { writeShardedWeights } from "../../src/saving/sharded-weights.ts";
import { writeTfjsModel } from "../../src/saving/tfjs/write-model.ts";
import { writeWeights } from "../../src/saving/weights-file.ts";
import { DataError } from "../../src/util/errors.ts";
import { goldenPath, hasGolden } from "./golden.ts";
import type { FuzzTarget } from "./fuzz.ts";
import {
  filesOf,
  membersOf,
  mutateArchive,
  mutateContent,
  mutateHdf5,
  mutateMembers,
  mutateSafetensors,
} from "./fuzz-members.ts";

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

/** Small pictures of a format, from the fixtures. */
function pictureSeeds(format: string): readonly Uint8Array[] {
  const path = new URL("../fixtures/pictures.json", import.meta.url);
  const { files } = JSON.parse(readFileSync(path, "utf8")) as { files: { name: string; file: string }[] }; // SAFETY: the fixture's form
  const chosen = files.filter(({ name }) => name.startsWith(format));
  return chosen.map(({ file }) => new Uint8Array(Buffer.from(file, "base64")));
}

function soundSeeds(): readonly Uint8Array[] {
  const path = new URL("../fixtures/sounds.json", import.meta.url);
  const { files } = JSON.parse(readFileSync(path, "utf8")) as { files: { file: string }[] }; // SAFETY: the fixture's form
  return files.map(({ file }) => new Uint8Array(Buffer.from(file, "base64")));
}

function pngSeeds(): readonly Uint8Array[] {
  const path = new URL("../fixtures/images.json", import.meta.url);
  const { files } = JSON.parse(readFileSync(path, "utf8")) as { files: { png: string }[] }; // SAFETY: the fixture's form
  return files.map(({ png }) => new Uint8Array(Buffer.from(png, "base64")));
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
async function loadWhole(source: Uint8Array | readonly File[]): Promise<unknown> {
  const model = await loadModel(source, { compile: true });
  const weights = model.weights.map((variable) => [variable.shape, variable.dtype, variable.dataSync()]);
  return [model.toJson(), weights];
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

/** Configurations of the golden models. */
async function configSeeds(): Promise<readonly Uint8Array[]> {
  const files = await loadable(goldenSeeds(".keras"));
  const found: Uint8Array[] = [];
  for (const bytes of files) {
    for (const { name, data } of await membersOf(bytes)) if (name === "config.json") found.push(data);
  }
  return found;
}

/** A small model with layers of many kinds, trained a little. */
async function largeModel(): Promise<ModelClass> {
  setRandomSeed(3);
  const tokens = Input({ shape: [6], name: "tokens", dtype: "int32" });
  const image = Input({ shape: [6, 6, 2], name: "image" });
  const words = layers.Embedding(11, 4, { maskZero: true })(tokens);
  const sentence = layers.Bidirectional(layers.LSTM(3))(words);
  const features = layers.Conv2D(3, 3, { activation: "relu", kernelRegularizer: "l2" })(image);
  const picture = layers.GlobalAveragePooling2D()(layers.BatchNormalization()(features));
  const both = layers.Dropout(0.5)(layers.Concatenate()([sentence, picture]));
  const model = Model({
    inputs: [tokens, image],
    outputs: layers.Dense(2, { name: "out" })(both),
    name: "large",
  });
  model.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
  const x = [
    tensor(new Int32Array(12).fill(3), { shape: [2, 6] }),
    tensor(new Float32Array(144), { shape: [2, 6, 6, 2] }),
  ];
  await model.trainOnBatch(
    x,
    tensor([
      [0, 1],
      [1, 0],
    ]),
  );
  return model;
}

/** Weights of the small model, in its own form, read into a model of that form. */
function weightsTarget(
  name: string,
  write: (model: ModelClass) => Uint8Array | Promise<Uint8Array>,
  mutation: FuzzTarget["mutate"],
  source: (bytes: Uint8Array) => Uint8Array | Promise<File[]> = (bytes) => bytes,
): FuzzTarget {
  let model: ModelClass | null = null;
  const shapes = (of: ModelClass): string =>
    JSON.stringify(
      [...of.weights, ...(of.optimizer?.variables ?? [])].map((variable) => [
        variable.shape,
        variable.dataSync().length,
      ]),
    );
  return {
    name,
    accepts: "any",
    refusesWith: [DataError],
    ...(mutation === undefined ? {} : { mutate: mutation }),
    seeds: async () => [await write((model ??= await largeModel()))],
    read: async (bytes) => {
      const into = (model ??= await largeModel());
      const before = shapes(into);
      await into.loadWeights(await source(bytes));
      if (shapes(into) !== before) throw new Error("weights of other shapes were accepted");
      return into.weights.map((variable) => variable.dataSync());
    },
  };
}

let backedUp: ModelClass | null = null;

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
    name: "png",
    // Parts that do not matter may be missing whole: the checksums are theirs.
    accepts: "any",
    seeds: pngSeeds,
    read: (bytes) => readPng(bytes, "fuzzed.png"),
  },
  { name: "wav", accepts: "any", seeds: soundSeeds, read: (bytes) => readWav(bytes, "fuzzed.wav") },
  ...["jpeg", "gif", "bmp"].map((format): FuzzTarget => ({
    name: format,
    accepts: "any",
    seeds: () => pictureSeeds(format),
    read: (bytes) => readOtherImage(bytes, `fuzzed.${format}`),
  })),
  {
    name: "keras",
    accepts: "same",
    seeds: async () => [await modelSeed(), ...(await loadable(goldenSeeds(".keras")))],
    read: loadWhole,
  },
  memberTarget("config.json"),
  memberTarget("model.weights.h5"),
  {
    name: "keras-structure",
    accepts: "any",
    seeds: async () => [
      await modelSeed(),
      modelToBytes(await largeModel()),
      ...(await loadable(goldenSeeds(".keras"))),
    ],
    mutate: mutateMembers,
    read: loadWhole,
  },
  {
    name: "keras-archive",
    accepts: "same",
    seeds: async () => [await modelSeed()],
    mutate: mutateArchive,
    read: loadWhole,
  },
  {
    name: "keras-shards",
    accepts: "any",
    seeds: async () => {
      const model = await largeModel();
      const whole = (await membersOf(modelToBytes(model))).filter(({ name }) => name !== "model.weights.h5");
      const { map, shards } = writeShardedWeights(model, 1e-6);
      const names = shards.map((_, n) => `model_${String(n).padStart(5, "0")}.weights.h5`);
      const parts = shards.map((data, n) => ({ name: names[n] ?? "", data }));
      return [writeZip([...whole, { name: "model.weights.json", data: map(names) }, ...parts])];
    },
    mutate: mutateMembers,
    read: loadWhole,
  },
  {
    name: "json",
    accepts: "any",
    seeds: async () => [text((await largeModel()).toJson()), ...(await configSeeds())],
    mutate: async (seed, others, random) => {
      const [bytes, what] = await mutateContent({ name: "a.json", data: seed }, others, random);
      // There are no weights whose size would bound the model's: what just fits the memory is made, in its own time
      // (two recurrent layers of a thousand units take a second, and more memory than a small file may).
      const json = new TextDecoder()
        .decode(bytes)
        .replaceAll(/\b(?:1000|100000|2147483648|1000000000)\b/g, "1000000000000");
      return [text(json), what];
    },
    read: (bytes) => modelFromJson(new TextDecoder().decode(bytes)).toJson(),
  },
  weightsTarget("weights-h5", (model) => writeWeights(model), mutateHdf5),
  weightsTarget("safetensors", (model) => writeSafetensorsWeights(model), mutateSafetensors),
  {
    name: "tfjs",
    accepts: "any",
    refusesWith: [DataError],
    seeds: async () => {
      const { modelJson, shards } = writeTfjsModel(await largeModel());
      return [
        writeZip([
          { name: "model.json", data: text(modelJson) },
          ...shards.map(({ name, bytes }) => ({ name, data: bytes })),
        ]),
      ];
    },
    mutate: mutateMembers,
    read: async (bytes) => loadWhole(await filesOf(bytes)),
  },
  {
    name: "backup",
    accepts: "any",
    seeds: async () => {
      const path = join(tmpdir(), `antler-fuzz-backup-${process.pid}.weights.h5`);
      const state = {
        version: 1,
        epoch: 3,
        logs: { loss: Number.NaN },
        kept: { data: Float32Array.of(1, 2), shape: [2], dtype: "float32" },
      } as const;
      await (await largeModel()).writeBackup(path, state);
      const bytes = new Uint8Array(readFileSync(path));
      rmSync(path);
      return [bytes];
    },
    mutate: mutateHdf5,
    read: async (bytes) => {
      const path = join(tmpdir(), `antler-fuzz-backup-${process.pid}.weights.h5`);
      writeFileSync(path, bytes);
      try {
        return await (backedUp ??= await largeModel()).readBackup(path);
      } finally {
        rmSync(path);
      }
    },
  },
  {
    name: "h5-structure",
    accepts: "any",
    seeds: async () => {
      const models = await loadable(goldenSeeds(".h5"));
      return models.length > 0 ? models : [await modelSeed()];
    },
    mutate: (seed, others, random) =>
      seed[0] === 0x50
        ? mutateMembers(seed, others, random)
        : mutateContent({ name: "a.h5", data: seed }, others, random),
    read: loadWhole,
  },
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

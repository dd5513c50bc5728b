import {
  findNode,
  type Hdf5Group,
  isHdf5,
  readHdf5,
  stringAttribute,
  walkNodes,
} from "../codec/hdf5/index.ts";
import { isSafetensors, readSafetensors } from "../saving/safetensors.ts";
import { ZipArchive } from "../codec/zip-read.ts";
import { formatShape } from "../ir/shape.ts";
import { parsePythonJson } from "../saving/python-json.ts";
import { isJsonObject } from "../saving/tfjs/artifacts.ts";
import { readManifest } from "../saving/tfjs/manifest.ts";
import { folderOf } from "../saving/folder.ts";
import { readShardMap, readShards } from "../saving/sharded-weights.ts";
import { readSource } from "../saving/source.ts";
import { FormatError } from "../util/errors.ts";
import { pathKind, readFile } from "../util/platform/index.ts";
import { isPlainObject } from "../util/options.ts";
import type { Given, Output } from "./run-command.ts";

/** `antler inspect`: what is in a file, without making a model of it. */
export async function inspect({ files }: Given, output: Output): Promise<number> {
  const given = files[0] ?? "";
  const folder = await folderOf(given);
  output.print((folder === null ? await describeFile(given) : await describeFolder(folder)).join("\n"));
  return 0;
}

async function describeFile(given: string): Promise<string[]> {
  const { bytes, name, sibling } = await readSource(given);
  const lines = isHdf5(bytes)
    ? describeHdf5(await readHdf5(bytes, name))
    : isSafetensors(bytes)
      ? describeSafetensors(bytes, name)
      : bytes[0] === 0x50 && bytes[1] === 0x4b
        ? await describeArchive(bytes, name)
        : isJsonObject(bytes)
          ? await describeJsonFile(bytes, name, sibling)
          : null;
  if (lines === null)
    throw new FormatError(
      `${name}: expected a .keras, .h5 or .safetensors file, a .weights.json or a model.json, received none of them.`,
    );
  return lines;
}

/** Parts of a model by name, in an archive or a folder. */
interface Members {
  readonly names: readonly string[];
  read(name: string): Promise<Uint8Array>;
}

async function describeArchive(bytes: Uint8Array, where: string): Promise<string[]> {
  const archive = ZipArchive.open(bytes, where);
  const names = archive.members.map(({ name }) => name);
  return describeMembers({ names, read: async (name) => archive.read(name) }, where);
}

async function describeFolder(folder: string): Promise<string[]> {
  const known = ["metadata.json", "config.json", "model.weights.h5", "model.weights.json"];
  const kinds = await Promise.all(known.map((name) => pathKind(`${folder}/${name}`)));
  const names = known.filter((_, i) => kinds[i] === "file");
  if (names.length === 0)
    throw new FormatError(`${folder}: expected a model's folder, with one of ${known.join(", ")}.`);
  return describeMembers({ names, read: (name) => readFile(`${folder}/${name}`) }, folder);
}

async function describeMembers({ names, read }: Members, where: string): Promise<string[]> {
  const lines = ["members:"];
  for (const name of names) lines.push(`  ${name}  ${(await read(name)).length} bytes`);
  for (const name of ["metadata.json", "config.json"]) {
    if (names.includes(name)) lines.push(...describeJson(name, await read(name), where));
  }
  const [whole, sharded] = ["model.weights.h5", "model.weights.json"];
  if (names.includes(whole)) lines.push(...describeHdf5(await readHdf5(await read(whole), where)));
  else if (names.includes(sharded))
    lines.push(...describeHdf5(await readShards(await read(sharded), where, read)));
  return lines;
}

/** A JSON file that names others beside it: the map of sharded weights, or a model of TensorFlow.js. */
async function describeJsonFile(
  bytes: Uint8Array,
  where: string,
  read: (name: string) => Promise<Uint8Array>,
): Promise<string[]> {
  const json = parse(new TextDecoder().decode(bytes), where);
  if (!isPlainObject(json) || !("weight_map" in json)) return describeModelJson(json, where);
  const shards = [...new Set([...readShardMap(bytes, where).values()].flat())];
  const weights = await readShards(bytes, where, read);
  return ["members:", ...shards.map((name) => `  ${name}`), ...describeHdf5(weights)];
}

function parse(text: string, where: string): unknown {
  try {
    return parsePythonJson(text);
  } catch (error) {
    throw new FormatError(`${where}: it is not JSON.`, { cause: error });
  }
}

function describeJson(name: string, bytes: Uint8Array, where: string): string[] {
  const value = parse(new TextDecoder().decode(bytes), `${where}: ${name}`);
  if (!isPlainObject(value)) return [];
  if (name === "metadata.json")
    return ["metadata:", ...Object.entries(value).map(([key, item]) => `  ${key}: ${String(item)}`)];
  return describeModel(value, value["compile_config"]);
}

function describeModel(model: unknown, training: unknown): string[] {
  if (!isPlainObject(model)) return [];
  const { config, class_name: className } = model;
  const layers = isPlainObject(config) ? config["layers"] : config;
  const lines = [`model: ${String(className)}${Array.isArray(layers) ? ` of ${layers.length} layers` : ""}`];
  const classes = new Map<string, number>();
  for (const layer of Array.isArray(layers) ? layers : []) {
    const layerClass = isPlainObject(layer) ? String(layer["class_name"]) : "?";
    classes.set(layerClass, (classes.get(layerClass) ?? 0) + 1);
  }
  for (const [layerClass, count] of classes) lines.push(`  ${layerClass} × ${count}`);
  const isCompiled = isPlainObject(training) && Object.keys(training).length > 0;
  if (!isCompiled) return [...lines, "compiled: no"];
  const optimizer = training["optimizer"] ?? training["optimizer_config"];
  const shown = isPlainObject(optimizer) ? optimizer["class_name"] : optimizer;
  return [...lines, `compiled: optimizer ${String(shown)}, loss ${JSON.stringify(training["loss"] ?? null)}`];
}

function describeHdf5(root: Hdf5Group): string[] {
  const lines: string[] = [];
  const versions = findNode(root, "model_weights");
  for (const name of ["keras_version", "backend"]) {
    const value =
      stringAttribute(root, name) ?? (versions === undefined ? undefined : stringAttribute(versions, name));
    if (value !== undefined) lines.push(`${name}: ${value}`);
  }
  const model = stringAttribute(root, "model_config");
  const training = stringAttribute(root, "training_config");
  if (model !== undefined) {
    const compiled = training === undefined ? null : parse(training, "training_config");
    lines.push(...describeModel(parse(model, "model_config"), compiled));
  }
  lines.push("variables:");
  let total = 0;
  for (const node of walkNodes(root)) {
    if (node.kind !== "dataset") continue;
    total += node.shape.reduce((product, size) => product * size, 1);
    lines.push(`  ${node.path}  ${node.dtype} ${formatShape(node.shape)}`);
  }
  return [...lines, `elements: ${total}`];
}

/** A `model.json` of TensorFlow.js, without the files that it names. */
function describeModelJson(json: unknown, where: string): string[] {
  const topology = isPlainObject(json) ? json["modelTopology"] : null;
  if (!isPlainObject(json) || !isPlainObject(topology))
    throw new FormatError(`${where}: it has no modelTopology, so it is no model of TensorFlow.js.`);
  const facts = ["format", "generatedBy", "convertedBy", "userDefinedMetadata"].flatMap((key) => {
    const value = json[key] ?? null;
    return value === null ? [] : [`${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`];
  });
  const training = json["trainingConfig"] ?? topology["training_config"] ?? null;
  const lines = [...facts, ...describeModel(topology["model_config"] ?? topology, training)];
  let total = 0;
  for (const { paths, weights } of readManifest(json["weightsManifest"], where)) {
    lines.push("members:", ...paths.map((path) => `  ${path}`), "variables:");
    for (const { name, shape, dtype, quantization, size } of weights) {
      total += size;
      const stored = quantization === null ? "" : ` as ${quantization.dtype}`;
      lines.push(`  ${name}  ${dtype}${stored} ${formatShape(shape)}`);
    }
  }
  return [...lines, `elements: ${total}`];
}

function describeSafetensors(bytes: Uint8Array, where: string): string[] {
  const tensors = readSafetensors(bytes, where);
  return [
    "variables:",
    ...tensors.map(({ name, dtype, shape }) => `  ${name}  ${dtype} ${formatShape(shape)}`),
  ];
}

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
import { readSource } from "../saving/source.ts";
import { FormatError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import type { Given, Output } from "./run-command.ts";

/** `antler inspect`: what is in a file, without making a model of it. */
export async function inspect({ files }: Given, output: Output): Promise<number> {
  const { bytes, name } = await readSource(files[0] ?? "");
  const lines = isHdf5(bytes)
    ? describeHdf5(await readHdf5(bytes, name))
    : isSafetensors(bytes)
      ? describeSafetensors(bytes, name)
      : bytes[0] === 0x50 && bytes[1] === 0x4b
        ? await describeArchive(bytes, name)
        : isJsonObject(bytes)
          ? describeModelJson(bytes, name)
          : null;
  if (lines === null)
    throw new FormatError(
      `${name}: expected a .keras, .h5 or .safetensors file or a model.json, received none of them.`,
    );
  output.print(lines.join("\n"));
  return 0;
}

async function describeArchive(bytes: Uint8Array, where: string): Promise<string[]> {
  const archive = ZipArchive.open(bytes, where);
  const lines = ["members:"];
  for (const { name } of archive.members) lines.push(`  ${name}  ${(await archive.read(name)).length} bytes`);
  for (const name of ["metadata.json", "config.json"]) {
    if (archive.has(name)) lines.push(...describeJson(name, await archive.read(name), where));
  }
  if (archive.has("model.weights.h5"))
    lines.push(...describeHdf5(await readHdf5(await archive.read("model.weights.h5"), where)));
  return lines;
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
function describeModelJson(bytes: Uint8Array, where: string): string[] {
  const json = parse(new TextDecoder().decode(bytes), where);
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

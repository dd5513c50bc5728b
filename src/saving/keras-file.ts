import { elementBytes } from "../codec/array.ts";
import { readHdf5, type Hdf5Group, walkNodes } from "../codec/hdf5/index.ts";
import { writeZip } from "../codec/zip-write.ts";
import { withBlankWeights } from "../graph/blank-weights.ts";
import { isLayer } from "../graph/layer-base.ts";
import { sizeOf } from "../ir/shape.ts";
import { FeatureSpaceClass } from "../models/feature-space/feature-space.ts";
import { ModelClass } from "../models/model.ts";
import { FormatError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { readAssets, writeAssets } from "./assets.ts";
import { inside, rootContext } from "./context.ts";
import { deserializeObject } from "./deserialize.ts";
import type { CustomObjects } from "./custom-objects.ts";
import { modernizeKeras2File } from "./legacy/modernize-keras2-file.ts";
import type { Members } from "./members.ts";
import { whileReading } from "./malformed.ts";
import { camelCase } from "./names.ts";
import { parseJson } from "./parse-json.ts";
import { pythonJson } from "./python-json.ts";
import { serializeLayer } from "./serialize.ts";
import { type NamedBytes, readShards } from "./sharded-weights.ts";
import { readWeights, writeWeights } from "./weights-file.ts";

/** The version of Keras whose format is written. */
export const kerasVersion = "3.16.0";

/** The members of a `.keras` file, or the files of the folder that it unpacks to. */
export function writeKerasMembers(model: ModelClass): NamedBytes[] {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const now = new Date();
  const saved = `${now.toISOString().slice(0, 10)}@${now.toISOString().slice(11, 19)}`;
  return [
    { name: "metadata.json", data: encode(pythonJson({ keras_version: kerasVersion, date_saved: saved })) },
    { name: "config.json", data: encode(pythonJson(serializeLayer(model))) },
    { name: "model.weights.h5", data: writeWeights(model) },
    ...writeAssets(model),
  ];
}

/** The bytes of a `.keras` file. */
export function writeKerasFile(model: ModelClass): Uint8Array {
  return writeZip(writeKerasMembers(model));
}

export interface ReadOptions {
  readonly customObjects?: CustomObjects | undefined;
  /** Whether the model is compiled as it was when saved. Default true. */
  readonly compile?: boolean | undefined;
}

/** The model of a `.keras` file or folder, with its weights, and, if it was compiled, its training state. */
export async function readKerasMembers(
  members: Members,
  where: string,
  options: ReadOptions,
): Promise<ModelClass> {
  if (!members.names.includes("config.json"))
    throw new FormatError(`${where}: it has no member config.json, so it is no .keras file.`);
  const weights = weightsMember(members, where);
  const read = parseJson(await members.read("config.json"), `${where}: config.json`);
  const config = modernizeKeras2File(read, await versionOf(members, where), `${where}: config.json`);
  const tree = await readWeightsMember(members, where);
  const model = withBlankWeights(numberBytes(tree), () =>
    modelFromDescription(config, options.customObjects ?? {}, `${where}: config.json`),
  );
  compileFromConfig(model, config, options, `${where}: config.json`);
  readWeights(model, tree, `${where}: ${weights}`);
  await readAssets(model, members, where);
  return model;
}

/** The version of Keras that wrote it; of a folder without `metadata.json`, today's. */
async function versionOf(members: Members, where: string): Promise<string> {
  if (!members.names.includes("metadata.json")) return kerasVersion;
  const metadata = parseJson(await members.read("metadata.json"), `${where}: metadata.json`);
  const version = isPlainObject(metadata) ? metadata["keras_version"] : null;
  return typeof version === "string" ? version : kerasVersion;
}

/** The member that holds the weights, or says which others do. */
function weightsMember(members: Members, where: string): string {
  const found = ["model.weights.h5", "model.weights.json"].find((name) => members.names.includes(name));
  if (found !== undefined) return found;
  throw new FormatError(
    members.names.includes("model.weights.npz")
      ? `${where}: it has no member model.weights.h5: its weights are in model.weights.npz, which Keras itself cannot read back. Save the model again in Keras, without weights_format.`
      : `${where}: it has no member model.weights.h5, so it is no .keras file.`,
  );
}

/** The weights of a `.keras` file or folder. */
export async function readWeightsMember(members: Members, where: string): Promise<Hdf5Group> {
  const name = weightsMember(members, where);
  const bytes = await members.read(name);
  if (name.endsWith(".h5")) return readHdf5(bytes, `${where}: ${name}`);
  return readShards(bytes, `${where}: ${name}`, async (shard) => {
    if (!members.names.includes(shard))
      throw new FormatError(`${where}: ${name} names the member ${shard}, which is not there.`);
    return members.read(shard);
  });
}

/** Bytes of all numbers in a file. */
export function numberBytes(tree: Hdf5Group): number {
  let total = 0;
  for (const node of walkNodes(tree)) {
    // Opaque numbers are bfloat16, of two bytes each.
    if (node.kind === "dataset" && node.dtype !== "string")
      total += sizeOf(node.shape) * (node.dtype === "opaque" ? 2 : elementBytes(node.dtype));
  }
  return total;
}

/** The model a `config.json` describes, without weights. */
export function modelFromDescription(
  config: unknown,
  customObjects: CustomObjects,
  where: string,
): ModelClass {
  const model = whileReading(where, () => deserializeObject(config, rootContext({ customObjects }, where)));
  if (model instanceof ModelClass) return model;
  // SAFETY: what is read into it is what all layers have; `loadModel` gives it as what it is.
  if (model instanceof FeatureSpaceClass) return model as unknown as ModelClass;
  if (isLayer(model)) throw new FormatError(`${where}: it describes the layer ${model.where}, not a model.`);
  throw new FormatError(`${where}: it does not describe a model.`);
}

function compileFromConfig(
  model: ModelClass,
  config: unknown,
  { compile, customObjects }: ReadOptions,
  where: string,
): void {
  const given = isPlainObject(config) ? config["compile_config"] : null;
  if (compile === false || !isPlainObject(given) || Object.keys(given).length === 0) return;
  const place = "compile_config (which { compile: false } leaves aside)";
  const context = rootContext({ customObjects }, place);
  whileReading(`${where}: ${place}`, () => {
    const settings = Object.entries(given).map(([key, value]) => [
      camelCase(key),
      deserializeObject(value, inside(context, key)),
    ]);
    model.compileFromConfig(Object.fromEntries(settings));
  });
}

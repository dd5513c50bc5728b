import { type Hdf5Group, isHdf5, readHdf5 } from "../codec/hdf5/index.ts";
import { ZipArchive } from "../codec/zip-read.ts";
import { type Model, type ModelClass } from "../models/model.ts";
import { AntlerError, FormatError, OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { isUrl, pathKind } from "../util/platform/index.ts";
import { rootContext } from "./context.ts";
import type { CustomObjects } from "./custom-objects.ts";
import { deserializeObject } from "./deserialize.ts";
import { modelFromDescription, readKerasMembers, type ReadOptions, readWeightsMember } from "./keras-file.ts";
import { isLegacyWeights, readLegacyModel, readLegacyWeights } from "./legacy/h5-model.ts";
import { archiveMembers, folderMembers } from "./members.ts";
import { parsePythonJson, pythonJson } from "./python-json.ts";
import { isSafetensors } from "./safetensors.ts";
import { readSafetensorsWeights } from "./safetensors-weights.ts";
import { previousFolder } from "./save.ts";
import { type Json, serializeLayer, serializeObject } from "./serialize.ts";
import { isShardMap, readShards } from "./sharded-weights.ts";
import { type FileSource, type LoadedFile, readSource } from "./source.ts";
import { isArtifacts, isJsonObject, type ModelArtifacts } from "./tfjs/artifacts.ts";
import { type LoadWeightsOptions, readWeights } from "./weights-file.ts";

export {
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  withCustomObjects as customObjectScope,
} from "./custom-objects.ts";

export {
  modelToBytes,
  saveModel,
  type SaveModelOptions,
  type SaveOptions,
  saveWeights,
  type SaveWeightsOptions,
} from "./save.ts";
export type { FileSource, LoadWeightsOptions, ModelArtifacts };

export interface LoadModelOptions extends ReadOptions {
  /** Only true is supported: loading never runs code from a file. */
  readonly safeMode?: boolean | undefined;
}

/**
 * Reads a model from a `.keras` file (a path, a URL, bytes, or a `Blob`), or the folder that it unpacks to (a path); from
 * an old `.h5` file; or from a `model.json` of TensorFlow.js (a path or a URL that its weights lie beside, a list of all
 * the files, or what TensorFlow.js hands to a save handler).
 *
 * @param options - `customObjects`: classes and functions by the names the file has for them; `compile`: whether to
 *   compile the model as it was. Default true.
 * @throws {FormatError} when the file is damaged, names unknown classes, or its weights do not fit.
 * @see Keras `saving/saving_api.py`
 */
export async function loadModel(
  source: FileSource | ModelArtifacts,
  options: LoadModelOptions = {},
): Promise<Model> {
  checkOptions("loadModel", options, ["customObjects", "compile", "safeMode"]);
  if (options.safeMode === false)
    throw new OptionError(
      "loadModel: safeMode: false is not supported: code in files is never run. Supply functions in customObjects.",
    );
  if (isArtifacts(source)) return (await tfjs()).readArtifacts(source, options) as Model; // SAFETY: models are callable
  const folder = await folderOf(source);
  // SAFETY: models are callable.
  if (folder !== null) return (await readKerasMembers(await folderMembers(folder), folder, options)) as Model;
  const file = await readSource(source);
  const { bytes, name } = file;
  if (isHdf5(bytes)) return (await readLegacyModel(bytes, name, options)) as Model; // SAFETY: models are callable
  if (isJsonObject(bytes)) return (await (await tfjs()).readModelJson(file, options)) as Model; // SAFETY: as above
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
    throw new FormatError(
      `${name}: expected a .keras file (a zip archive), an .h5 file or a model.json of TensorFlow.js, received none of them.`,
    );
  }
  const members = archiveMembers(ZipArchive.open(bytes, name));
  return (await readKerasMembers(members, name, options)) as Model; // SAFETY: models are callable
}

/** What reads models of TensorFlow.js; a page that reads none does not load it. */
async function tfjs(): Promise<typeof import("./tfjs/read-model.ts")> {
  return import("./tfjs/read-model.ts");
}

/** The folder that a path names, or null. One that is just being replaced is found by its other name. */
async function folderOf(source: FileSource): Promise<string | null> {
  const path = typeof source === "string" ? source : null;
  if (path === null || path === "" || isUrl(path)) return null;
  const kind = await pathKind(path);
  if (kind !== "missing") return kind === "directory" ? path : null;
  const previous = previousFolder(path);
  return (await pathKind(previous)) === "directory" ? previous : null;
}

/**
 * Sets a model's weights from a `.weights.h5` file, a `.weights.json` and its shards, an old `.h5` file (of weights or a
 * whole model), a `.keras` file or folder, or a `.safetensors` file.
 *
 * @param options - `skipMismatch`: leave variables whose shape differs; `byName`: match layers by name (old files).
 * @throws {FormatError} when the weights do not fit; then nothing has been changed.
 */
export async function loadWeights(
  model: ModelClass,
  source: FileSource,
  options: LoadWeightsOptions = {},
): Promise<void> {
  checkOptions("loadWeights", options, ["skipMismatch", "byName"]);
  if (!model.built)
    throw new AntlerError(
      `${model.where}: it is not built yet, so there are no weights to set. Call it on data first.`,
    );
  const folder = await folderOf(source);
  if (folder !== null) {
    refuseByName(folder, options);
    readWeights(model, await readWeightsMember(await folderMembers(folder), folder), folder, options);
    return;
  }
  const file = await readSource(source);
  const { bytes, name } = file;
  if (isSafetensors(bytes)) {
    readSafetensorsWeights(model, bytes, name, options.skipMismatch === true);
    return;
  }
  const tree = await readTree(file);
  if (isLegacyWeights(tree)) {
    readLegacyWeights(model, tree, name, options);
    return;
  }
  refuseByName(name, options);
  readWeights(model, tree, name, options);
}

/** The groups and datasets of a file of weights, be it one file, an archive, or several files. */
async function readTree(file: LoadedFile): Promise<Hdf5Group> {
  const { bytes, name } = file;
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    return readWeightsMember(archiveMembers(ZipArchive.open(bytes, name)), name);
  return isShardMap(bytes)
    ? readShards(bytes, name, async (shard) => file.sibling(shard))
    : readHdf5(bytes, name);
}

function refuseByName(name: string, { byName }: LoadWeightsOptions): void {
  if (byName !== true) return;
  throw new OptionError(
    `loadWeights: byName is for old .h5 files, where layers have their names; "${name}" keeps weights by position in the model.`,
  );
}

/** A model's architecture as JSON text, without weights. */
export function modelToJson(model: ModelClass): string {
  return pythonJson(serializeLayer(model));
}

/** A model from `toJson`'s text, with new weights. */
export function modelFromJson(text: string, options: { readonly customObjects?: CustomObjects } = {}): Model {
  let config: unknown;
  try {
    config = parsePythonJson(text);
  } catch (error) {
    throw new FormatError(
      `modelFromJson: it is not JSON (${error instanceof Error ? error.message : String(error)}).`,
      { cause: error },
    );
  }
  return modelFromDescription(config, options.customObjects ?? {}, "modelFromJson") as Model; // SAFETY: models are callable
}

/** Keras's JSON form of an object: a layer, loss, metric, optimizer, initializer, … */
export function serializeKerasObject(value: unknown): Json {
  return serializeObject(value);
}

/** The object that Keras's JSON form describes. */
export function deserializeKerasObject(
  value: unknown,
  options: { readonly customObjects?: CustomObjects } = {},
): unknown {
  return deserializeObject(value, rootContext(options));
}

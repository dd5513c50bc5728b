import type { ModelClass } from "../models/model.ts";
import { type Model } from "../models/model.ts";
import { AntlerError, FormatError, OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { pathKind, writeFileAtomic } from "../util/platform/index.ts";
import { isHdf5, readHdf5 } from "../codec/hdf5/index.ts";
import { isSafetensors } from "./safetensors.ts";
import { ZipArchive } from "../codec/zip-read.ts";
import { rootContext } from "./context.ts";
import { isLegacyWeights, readLegacyModel, readLegacyWeights } from "./legacy/h5-model.ts";
import { deserializeObject } from "./deserialize.ts";
import { modelFromDescription, type ReadOptions, readKerasFile, writeKerasFile } from "./keras-file.ts";
import { parsePythonJson, pythonJson } from "./python-json.ts";
import type { CustomObjects } from "./custom-objects.ts";
import { type Json, serializeLayer, serializeObject } from "./serialize.ts";
import { readSafetensorsWeights, writeSafetensorsWeights } from "./safetensors-weights.ts";
import { type FileSource, readSource } from "./source.ts";
import { type LoadWeightsOptions, readWeights, writeWeights } from "./weights-file.ts";

export {
  getRegisteredName,
  getRegisteredObject,
  registerKerasSerializable,
  withCustomObjects as customObjectScope,
} from "./custom-objects.ts";

export type { FileSource, LoadWeightsOptions };

export interface SaveOptions {
  /** Whether an existing file is replaced. Default true. */
  readonly overwrite?: boolean | undefined;
}

export interface LoadModelOptions extends ReadOptions {
  /** Only true is supported: loading never runs code from a file. */
  readonly safeMode?: boolean | undefined;
}

/**
 * Writes a model as a `.keras` file: architecture, weights, how it was compiled, the optimizer's state.
 *
 * Written beside and renamed: a crash leaves the old file whole.
 *
 * @throws {OptionError} for another ending, or when the file exists and may not be replaced.
 * @see Keras `saving/saving_api.py`
 */
export async function saveModel(model: ModelClass, path: string, options: SaveOptions = {}): Promise<void> {
  checkOptions("saveModel", options, ["overwrite"]);
  if (!path.endsWith(".keras")) {
    throw new OptionError(`saveModel: expected a file name that ends in .keras, received "${path}".`);
  }
  await refuseExisting("saveModel", path, options);
  await writeFileAtomic(path, modelToBytes(model));
}

/** The bytes of a model's `.keras` file. */
export function modelToBytes(model: ModelClass): Uint8Array {
  if (!model.built)
    throw new AntlerError(
      `${model.where}: it is not built yet, so there are no weights to save. Call it on data first.`,
    );
  return writeKerasFile(model);
}

async function refuseExisting(where: string, path: string, { overwrite }: SaveOptions): Promise<void> {
  if (overwrite === false && (await pathKind(path)) !== "missing") {
    throw new OptionError(`${where}: "${path}" exists already. Give { overwrite: true } to replace it.`);
  }
}

/**
 * Reads a model from a `.keras` file: a path, a URL, bytes, or a `Blob`.
 *
 * @param options - `customObjects`: classes and functions by the names the file has for them; `compile`: whether to
 *   compile the model as it was. Default true.
 * @throws {FormatError} when the file is damaged, names unknown classes, or its weights do not fit.
 * @see Keras `saving/saving_api.py`
 */
export async function loadModel(source: FileSource, options: LoadModelOptions = {}): Promise<Model> {
  checkOptions("loadModel", options, ["customObjects", "compile", "safeMode"]);
  if (options.safeMode === false)
    throw new OptionError(
      "loadModel: safeMode: false is not supported: code in files is never run. Supply functions in customObjects.",
    );
  const { bytes, name } = await readSource(source);
  if (isHdf5(bytes)) return (await readLegacyModel(bytes, name, options)) as Model; // SAFETY: models are callable
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
    throw new FormatError(
      `${name}: expected a .keras file (a zip archive) or an .h5 file, received neither.`,
    );
  }
  return (await readKerasFile(bytes, name, options)) as Model; // SAFETY: models are callable
}

/**
 * Writes a model's weights as a `.weights.h5` file (with the optimizer's state) or a `.safetensors` file (without).
 *
 * @throws {OptionError} for another ending, or when the file exists and may not be replaced.
 */
export async function saveWeights(model: ModelClass, path: string, options: SaveOptions = {}): Promise<void> {
  checkOptions("saveWeights", options, ["overwrite"]);
  if (!/\.(?:weights\.h5|safetensors)$/.test(path)) {
    throw new OptionError(
      `saveWeights: expected a file name that ends in .weights.h5 or .safetensors, received "${path}".`,
    );
  }
  if (!model.built)
    throw new AntlerError(
      `${model.where}: it is not built yet, so there are no weights to save. Call it on data first.`,
    );
  await refuseExisting("saveWeights", path, options);
  const bytes = path.endsWith(".safetensors") ? writeSafetensorsWeights(model) : writeWeights(model);
  await writeFileAtomic(path, bytes);
}

/**
 * Sets a model's weights from a `.weights.h5` file, an old `.h5` file (of weights or a whole model), a `.keras`
 * file or a `.safetensors` file.
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
  const { bytes, name } = await readSource(source);
  if (isSafetensors(bytes)) {
    readSafetensorsWeights(model, bytes, name, options.skipMismatch === true);
    return;
  }
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const file = isArchive ? null : await readHdf5(bytes, name);
  if (file !== null && isLegacyWeights(file)) {
    readLegacyWeights(model, file, name, options);
    return;
  }
  if (options.byName === true) {
    throw new OptionError(
      `loadWeights: byName is for old .h5 files, where layers have their names; "${name}" keeps weights by position in the model.`,
    );
  }
  const weights = isArchive ? await ZipArchive.open(bytes, name).read("model.weights.h5") : bytes;
  await readWeights(model, weights, name, options);
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

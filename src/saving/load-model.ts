import { isHdf5 } from "../codec/hdf5/index.ts";
import { ZipArchive } from "../codec/zip-read.ts";
import type { Model } from "../models/model.ts";
import { FormatError, OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { folderOf } from "./folder.ts";
import { readKerasMembers, type ReadOptions } from "./keras-file.ts";
import { readLegacyModel } from "./legacy/h5-model.ts";
import { archiveMembers, folderMembers } from "./members.ts";
import { type FileSource, readSource } from "./source.ts";
import { isArtifacts, isJsonObject, type ModelArtifacts } from "./tfjs/artifacts.ts";

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

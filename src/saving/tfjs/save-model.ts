import type { ModelClass } from "../../models/model.ts";
import { isPlainObject } from "../../util/options.ts";
import {
  directoryOf,
  hasNode,
  makeDirectory,
  pathKind,
  readFile,
  removePath,
  writeFileAtomic,
} from "../../util/platform/index.ts";
import { parseJson } from "../parse-json.ts";
import { shardName, writeTfjsModel } from "./write-model.ts";

/**
 * Writes a model as a `model.json` and the files with its weights beside it, in a folder that is made when there is none.
 *
 * Killed at any moment, a whole model is there: the weights have other names than those of the model that is replaced,
 * `model.json` is written last, and then the old weights are removed.
 *
 * @throws {FormatError} that names what TensorFlow.js lacks; then nothing has been written.
 */
export async function saveTfjsModel(model: ModelClass, path: string): Promise<void> {
  const old = await ownShards(path);
  let group = 1;
  while (old.some((name) => name.startsWith(`group${group}-`))) group += 1;
  const { modelJson, shards } = writeTfjsModel(model, group);
  const folder = directoryOf(path);
  if (folder !== "" && hasNode()) await makeDirectory(folder);
  const beside = (name: string): string => path.slice(0, folder === "" ? 0 : folder.length + 1) + name;
  for (const { name, bytes } of shards) await writeFileAtomic(beside(name), bytes);
  await writeFileAtomic(path, modelJson);
  for (const name of old) await removePath(beside(name));
}

/** The files with weights, of names as these are written, that a `model.json` names. */
async function ownShards(path: string): Promise<readonly string[]> {
  if ((await pathKind(path)) !== "file") return [];
  let json: unknown;
  try {
    json = parseJson(await readFile(path), path);
  } catch {
    return []; // A file of something else is replaced like any other.
  }
  const manifest = isPlainObject(json) ? json["weightsManifest"] : null;
  return (Array.isArray(manifest) ? manifest : []).flatMap((group: unknown): string[] => {
    const paths = isPlainObject(group) ? group["paths"] : null;
    return (Array.isArray(paths) ? paths : []).filter(
      (name: unknown): name is string => typeof name === "string" && shardName.test(name),
    );
  });
}

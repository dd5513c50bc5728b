import type { ModelClass } from "../models/model.ts";
import { AntlerError, OptionError, warnOnce } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import {
  directoryOf,
  joinPath,
  listDirectory,
  makeDirectory,
  pathKind,
  readFile,
  removePath,
  renamePath,
  writeFileAtomic,
} from "../util/platform/index.ts";
import { writeKerasFile, writeKerasMembers } from "./keras-file.ts";
import { writeSafetensorsWeights } from "./safetensors-weights.ts";
import { type NamedBytes, readShardMap, writeShardedWeights } from "./sharded-weights.ts";
import { hasWeights, writeWeights } from "./weights-file.ts";
import { saveTfjsModel } from "./tfjs/save-model.ts";

export interface SaveOptions {
  /** Whether an existing file is replaced. Default true. */
  readonly overwrite?: boolean | undefined;
}

export interface SaveModelOptions extends SaveOptions {
  /** Whether the model becomes one `.keras` file, or a folder of what that would hold. Default true. */
  readonly zipped?: boolean | undefined;
}

export interface SaveWeightsOptions extends SaveOptions {
  /** Most GB of numbers in a file of a `.weights.json` and its shards. Default 5. */
  readonly maxShardSize?: number | null | undefined;
}

/** What models of TensorFlow.js are called, in folders of their own. */
export function isModelJson(path: string): boolean {
  return /(?:^|[/\\])model\.json$/.test(path);
}

/**
 * Writes a model as a `.keras` file: architecture, weights, how it was compiled, the optimizer's state. A path that ends
 * in `model.json` makes a layers-model of TensorFlow.js of it: that file and its weights beside it, in a folder that is
 * made when there is none.
 *
 * Written beside and renamed: a crash leaves the old file whole.
 *
 * @throws {OptionError} for another ending, or when the file exists and may not be replaced.
 * @throws {FormatError} that names the layer or option that TensorFlow.js lacks.
 * @see Keras `saving/saving_api.py`
 */
export async function saveModel(
  model: ModelClass,
  path: string,
  options: SaveModelOptions = {},
): Promise<void> {
  checkOptions("saveModel", options, ["overwrite", "zipped"]);
  const { zipped = true } = options;
  if (isModelJson(path) && options.zipped === undefined) {
    await refuseExisting("saveModel", path, options);
    refuseUnbuilt(model);
    await saveTfjsModel(model, path);
    return;
  }
  if (zipped !== path.endsWith(".keras")) {
    throw new OptionError(
      zipped
        ? `saveModel: expected a file name that ends in .keras (or, for TensorFlow.js, in model.json), received "${path}".`
        : `saveModel: expected the name of a folder, which does not end in .keras, with zipped: false; received "${path}".`,
    );
  }
  await refuseExisting("saveModel", path, options);
  refuseUnbuilt(model);
  if (zipped) await writeFileAtomic(path, writeKerasFile(model));
  else await writeFolder(path, writeKerasMembers(model));
}

/** The bytes of a model's `.keras` file. */
export function modelToBytes(model: ModelClass): Uint8Array {
  refuseUnbuilt(model);
  return writeKerasFile(model);
}

/**
 * Writes a model's weights as a `.weights.h5` file or, in shards, as a `.weights.json` and the files that it names (both
 * with the optimizer's state), or as a `.safetensors` file (without).
 *
 * @throws {OptionError} for another ending, or when the file exists and may not be replaced.
 */
export async function saveWeights(
  model: ModelClass,
  path: string,
  options: SaveWeightsOptions = {},
): Promise<void> {
  checkOptions("saveWeights", options, ["overwrite", "maxShardSize"]);
  const maxShardSize = options.maxShardSize ?? null;
  if (maxShardSize !== null && !(maxShardSize > 0))
    throw new OptionError(
      `saveWeights: expected maxShardSize to be a number of GB above 0, received ${maxShardSize}.`,
    );
  const endings =
    maxShardSize === null ? /\.safetensors$|\.weights\.(?:h5|json)$/ : /\.weights\.(?:h5|json)$/;
  if (!endings.test(path)) {
    throw new OptionError(
      `saveWeights: expected a file name that ends in .weights.h5, .weights.json (in shards) or .safetensors${maxShardSize === null ? "" : "; with maxShardSize, in .weights.json"}; received "${path}".`,
    );
  }
  refuseUnbuilt(model);
  await refuseExisting("saveWeights", path, options);
  if (path.endsWith(".safetensors")) await writeFileAtomic(path, writeSafetensorsWeights(model));
  else if (path.endsWith(".h5") && maxShardSize === null) await writeFileAtomic(path, writeWeights(model));
  else await writeShards(model, path, maxShardSize ?? 5);
}

export function refuseUnbuilt(model: ModelClass): void {
  if (hasWeights(model)) return;
  throw new AntlerError(
    `${model.where}: it is not built yet, so there are no weights to save. Call it on data first.`,
  );
}

export async function refuseExisting(where: string, path: string, { overwrite }: SaveOptions): Promise<void> {
  if (overwrite === false && (await pathKind(path)) !== "missing") {
    throw new OptionError(`${where}: "${path}" exists already. Give { overwrite: true } to replace it.`);
  }
}

/** What the folder of a model may hold; a folder with anything else in it is not replaced. */
const modelFiles = /^(?:metadata\.json|config\.json|model\.weights\.\w+|model_\d{5}\.weights\.h5|assets)$/;

/** Where the old folder is while the new one takes its place. */
export function previousFolder(path: string): string {
  return `${withoutSlash(path)}.previous`;
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)[/\\]+$/, "");
}

/**
 * Writes a folder so that, killed at any moment, the old or the new one is there, whole: it is made beside, the old one
 * is renamed, then it; between these two, `loadModel` and the next save find the old one by its other name.
 */
async function writeFolder(given: string, files: readonly NamedBytes[]): Promise<void> {
  const path = withoutSlash(given);
  const [made, previous] = [`${path}.partial`, previousFolder(path)];
  if ((await pathKind(path)) === "missing" && (await pathKind(previous)) === "directory")
    await renamePath(previous, path);
  const kind = await pathKind(path);
  const foreign =
    kind === "directory" ? (await listDirectory(path)).find((name) => !modelFiles.test(name)) : path;
  if (kind !== "missing" && foreign !== undefined) {
    throw new OptionError(
      `saveModel: "${path}" ${kind === "file" ? "is a file" : `has "${foreign}" in it, so it is not a model's folder alone`}. Give another folder.`,
    );
  }
  await removePath(made);
  await makeDirectory(joinPath(made, "assets"));
  for (const { name, data } of files) {
    const file = joinPath(made, name);
    await makeDirectory(directoryOf(file));
    await writeFileAtomic(file, data);
  }
  if (kind === "directory") {
    await removePath(previous);
    await renamePath(path, previous);
  }
  await renamePath(made, path);
  await removePath(previous);
}

/**
 * Writes weights in shards. The JSON is what is read, and it is written last; where its shards would replace those of
 * the one that is there, they are first written under other names, so that at any moment a JSON names a whole set.
 */
async function writeShards(model: ModelClass, given: string, maxShardSize: number): Promise<void> {
  const path = given.replace(/\.h5$/, ".json");
  if (path !== given) warnOnce(`saveWeights: sharded weights are written to "${path}", not "${given}".`);
  const start = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  const folder = path.slice(0, start);
  const base = path
    .slice(start)
    .replace(/\.json$/, "")
    .replaceAll(".weights", "");
  const { shards, map } = writeShardedWeights(model, maxShardSize);
  const names = shards.map((_, i) => `${base}_${String(i).padStart(5, "0")}.weights.h5`);
  const others = names.map((name) => `${name}.new`);
  const old = await namedShards(path);
  const writeSet = async (set: readonly string[]): Promise<void> => {
    for (const [i, data] of shards.entries()) await writeFileAtomic(folder + (set[i] ?? ""), data);
    await writeFileAtomic(path, map(set));
  };
  if (names.some((name) => old.includes(name))) await writeSet(others);
  await writeSet(names);
  for (const name of new Set([...others, ...old])) if (!names.includes(name)) await removePath(folder + name);
}

/** The shards that the JSON at a path names; none where there is no such file. */
async function namedShards(path: string): Promise<readonly string[]> {
  if ((await pathKind(path)) !== "file") return [];
  try {
    return [...readShardMap(await readFile(path), path).values()].flat();
  } catch {
    return []; // A file of something else is replaced like any other.
  }
}

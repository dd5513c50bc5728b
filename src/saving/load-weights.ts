import { type Hdf5Group, readHdf5 } from "../codec/hdf5/index.ts";
import { ZipArchive } from "../codec/zip-read.ts";
import type { ModelClass } from "../models/model.ts";
import { AntlerError, OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { folderOf } from "./folder.ts";
import { readWeightsMember } from "./keras-file.ts";
import { isLegacyWeights, readLegacyWeights } from "./legacy/h5-model.ts";
import { archiveMembers, folderMembers } from "./members.ts";
import { isSafetensors } from "./safetensors.ts";
import { readSafetensorsWeights } from "./safetensors-weights.ts";
import { isShardMap, readShards } from "./sharded-weights.ts";
import { type FileSource, type LoadedFile, readSource } from "./source.ts";
import { hasWeights, type LoadWeightsOptions, readWeights } from "./weights-file.ts";

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
  if (!hasWeights(model))
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
export async function readTree(file: LoadedFile): Promise<Hdf5Group> {
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

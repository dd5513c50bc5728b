import { archiveFiles } from "../codec/extract.ts";
import { getFile } from "../codec/get-file.ts";
import { readPickle, textOf } from "../codec/pickle.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { FormatError } from "../util/errors.ts";
import { hasNode, joinPath, readFile } from "../util/platform/index.ts";
import { asTensor, byteArray } from "./arrays.ts";
import { datasetBytes } from "./download.ts";

export interface CifarArchive {
  /** Name in Keras's cache. */
  readonly name: string;
  readonly url: string;
  readonly hash: string;
  /** Folder within the archive. */
  readonly folder: string;
}

/** Gives the archive's files by name: extracted in the cache, as Keras does; in a page, from memory. */
export async function openCifar({
  name,
  url,
  hash,
  folder,
}: CifarArchive): Promise<(file: string) => Promise<Uint8Array>> {
  if (hasNode()) {
    const path = await getFile({ fname: name, origin: url, fileHash: hash, extract: true });
    return (file) => readFile(joinPath(path, folder, file));
  }
  const files = await archiveFiles(await datasetBytes({ fileName: name, url, hash }), "tar", name);
  return async (file) => files.get(`${folder}/${file}`) ?? new Uint8Array();
}

/** One batch: images as rows of 3,072 bytes (red, green, blue planes) and their labels. */
export interface CifarBatch {
  readonly images: Uint8Array;
  readonly labels: readonly number[];
}

const pixels = 32 * 32;
const imageBytes = 3 * pixels;

/** Reads a batch that Python pickled, without running it. */
export function readCifarBatch(bytes: Uint8Array, labelKey: string, where: string): CifarBatch {
  const batch = readPickle(bytes, where);
  const fail = (what: string): never => {
    throw new FormatError(`${where}: damaged: ${what}`);
  };
  if (!(batch instanceof Map)) return fail("expected a dict");
  const entries = new Map(Array.from(batch, ([key, value]) => [textOf(key), value]));
  const data = entries.get("data");
  const labels = entries.get(labelKey);
  if (
    typeof data !== "object" ||
    data === null ||
    !("dtype" in data) ||
    data.dtype !== "uint8" ||
    !(data.data instanceof Uint8Array)
  ) {
    return fail('expected bytes under "data"');
  }
  if (!Array.isArray(labels) || labels.length * imageBytes !== data.data.length) {
    return fail(`expected one label per image under "${labelKey}"`);
  }
  return {
    images: data.data,
    labels: labels.map((label) =>
      typeof label === "number" && label >= 0 && label < 256 ? label : fail("a label is no number"),
    ),
  };
}

/** Batches as tensors: x `[n, 32, 32, 3]` and y `[n, 1]`, both uint8. */
export function joinCifarBatches(batches: readonly CifarBatch[]): [Tensor, Tensor] {
  const count = batches.reduce((sum, { labels }) => sum + labels.length, 0);
  const x = new Uint8Array(count * imageBytes);
  let to = 0;
  for (const { images } of batches) {
    for (let image = 0; image < images.length; image += imageBytes) {
      for (let pixel = image; pixel < image + pixels; pixel++) {
        x[to++] = images[pixel] ?? 0;
        x[to++] = images[pixel + pixels] ?? 0;
        x[to++] = images[pixel + 2 * pixels] ?? 0;
      }
    }
  }
  const y = Uint8Array.from(batches.flatMap(({ labels }) => labels));
  return [asTensor(byteArray(x, [count, 32, 32, 3])), asTensor(byteArray(y, [count, 1]))];
}

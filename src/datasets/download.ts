import { downloadChecked, fetchToCache } from "../codec/get-file.ts";
import { NpzFile } from "../codec/npz.ts";
import { hasNode, readBrowserCache, readFile, writeBrowserCache } from "../util/platform/index.ts";

/** Where Keras keeps the files of most datasets. */
export const origin = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/";

export interface DatasetFile {
  readonly fileName: string;
  readonly url: string;
  /** SHA-256 or MD5 of the published file. It is checked when the file is downloaded. */
  readonly hash?: string;
  /** Folder in the cache; default `"datasets"`. */
  readonly folder?: string;
}

/**
 * The bytes of a dataset's file: from Keras's cache, else downloaded into it; in a page, from the browser's cache.
 *
 * A file that is in the cache is taken as it is, also where it was made otherwise than the published one:
 * its format's own checksums are verified when it is read.
 *
 * @throws {DataError} when it is neither in the cache nor to be downloaded.
 */
export async function datasetBytes({ fileName, url, hash, folder }: DatasetFile): Promise<Uint8Array> {
  const request = {
    fileName,
    origin: url,
    trustCache: true,
    ...(hash === undefined ? {} : { fileHash: hash }),
    ...(folder === undefined ? {} : { cacheSubdir: folder }),
  };
  if (hasNode()) return readFile(await fetchToCache(request));
  const kept = await readBrowserCache(url);
  if (kept !== undefined) return kept;
  const bytes = await downloadChecked(request, []);
  await writeBrowserCache(url, bytes);
  return bytes;
}

/** A `.npz` file of a dataset. */
export async function datasetNpz(file: DatasetFile): Promise<NpzFile> {
  return NpzFile.open(await datasetBytes(file), file.fileName);
}

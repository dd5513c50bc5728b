import { DataError } from "../util/errors.ts";
import { downloadBytes, isUrl, readFile } from "../util/platform/index.ts";

/**
 * Where a file can be read from: a path, a URL, bytes, or a `Blob` (a `File` picked in a page is one).
 *
 * A file in several parts (sharded weights) is a path or a URL of its `.json`, beside which the parts lie; or, picked in
 * a page, a list of all of them.
 */
export type FileSource = string | URL | Uint8Array | ArrayBuffer | Blob | readonly File[];

export interface LoadedFile {
  readonly bytes: Uint8Array;
  /** What errors call it. */
  readonly name: string;
  /**
   * Reads a file that lies beside it.
   *
   * @throws {DataError} when there is none, or nothing is known of where the file came from.
   */
  sibling(name: string): Promise<Uint8Array>;
}

/** Reads a file from wherever it is. */
export async function readSource(source: FileSource): Promise<LoadedFile> {
  if (source instanceof Uint8Array) return alone(source, "file");
  if (source instanceof ArrayBuffer) return alone(new Uint8Array(source), "file");
  if (source instanceof Blob) return alone(await bytesOf(source), nameOf(source));
  if (isFileList(source)) return readPicked(source);
  const text = String(source);
  if (text === "") throw new DataError("expected a path, a URL, bytes or a Blob, received an empty string.");
  return isUrl(text) ? readUrl(text) : readPath(text);
}

function isFileList(source: unknown): source is readonly File[] {
  return Array.isArray(source);
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

function nameOf(blob: Blob): string {
  return "name" in blob && typeof blob.name === "string" ? blob.name : "file";
}

/** A file without surroundings. */
function alone(bytes: Uint8Array, name: string): LoadedFile {
  return {
    bytes,
    name,
    sibling: async (other) => {
      throw new DataError(
        `${name}: it needs "${other}" beside it, and bytes alone do not tell where that is. Give its path or URL, or a list of all the files.`,
      );
    },
  };
}

/** The main file of several is the one that describes the others. */
async function readPicked(files: readonly File[]): Promise<LoadedFile> {
  const descriptions = files.filter(({ name }) => name.endsWith(".json"));
  const main = files.length === 1 ? files[0] : descriptions[0];
  if (main === undefined || (files.length > 1 && descriptions.length > 1)) {
    throw new DataError(
      `expected one file, or one .json file and those that it names; received ${files.map(({ name }) => name).join(", ") || "none"}.`,
    );
  }
  return {
    bytes: await bytesOf(main),
    name: main.name,
    sibling: async (name) => {
      // A page tells the names of files, not their folders.
      const found = files.find((file) => file.name === name.slice(name.lastIndexOf("/") + 1));
      if (found === undefined)
        throw new DataError(`${main.name}: "${name}" is missing among the files given.`);
      return bytesOf(found);
    },
  };
}

async function readUrl(url: string): Promise<LoadedFile> {
  return {
    bytes: await downloadBytes(url),
    name: url,
    sibling: async (name) => {
      if (/^(?:blob|data):/i.test(url))
        throw new DataError(
          `${name} is needed beside the file, and a ${url.slice(0, 5)} URL has no neighbours.`,
        );
      // A query (of a signed address, say) belongs to the whole folder.
      const beside = new URL(name.split("/").map(encodeURIComponent).join("/"), url);
      beside.search = new URL(url).search;
      return downloadBytes(beside.href);
    },
  };
}

async function readPath(path: string): Promise<LoadedFile> {
  return {
    bytes: await readFile(path),
    name: path,
    sibling: (name) =>
      readFile(path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1) + name),
  };
}

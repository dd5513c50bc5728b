import { DataError } from "../util/errors.ts";
import { downloadBytes, isUrl, readFile } from "../util/platform/index.ts";

/** Where a file can be read from: a path, a URL, bytes, or a `Blob` (a `File` picked in a page is one). */
export type FileSource = string | URL | Uint8Array | ArrayBuffer | Blob;

export interface LoadedFile {
  readonly bytes: Uint8Array;
  /** What errors call it. */
  readonly name: string;
}

/** Reads a file from wherever it is. */
export async function readSource(source: FileSource): Promise<LoadedFile> {
  if (source instanceof Uint8Array) return { bytes: source, name: "file" };
  if (source instanceof ArrayBuffer) return { bytes: new Uint8Array(source), name: "file" };
  if (source instanceof Blob) {
    const name = "name" in source && typeof source.name === "string" ? source.name : "file";
    return { bytes: new Uint8Array(await source.arrayBuffer()), name };
  }
  const text = String(source);
  if (text === "") throw new DataError("expected a path, a URL, bytes or a Blob, received an empty string.");
  if (source instanceof URL && source.protocol === "file:")
    return { bytes: await readFile(decodeURIComponent(source.pathname)), name: text };
  return { bytes: isUrl(text) ? await downloadBytes(text) : await readFile(text), name: text };
}

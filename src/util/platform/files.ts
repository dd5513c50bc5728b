import { DataError, DeviceError } from "../errors.ts";
import { nodeModule } from "./node.ts";
import { downloadBytes } from "./network.ts";
import { sweepTemporaries, temporaryBeside } from "./temporary-files.ts";

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The bytes of a file. In a browser the path is a URL relative to the page.
 *
 * @throws {DataError} when there is no such file, or it cannot be read.
 */
export async function readFile(path: string): Promise<Uint8Array> {
  const fs = nodeModule("node:fs/promises");
  if (fs === undefined) return downloadBytes(path);
  try {
    const buffer = await fs.readFile(path);
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (error) {
    throw new DataError(`cannot read "${path}": ${reasonOf(error)}`, { cause: error });
  }
}

/** What a path names; `"missing"` also where there are no files (a browser). */
export async function pathKind(path: string): Promise<"file" | "directory" | "missing"> {
  const fs = nodeModule("node:fs/promises");
  if (fs === undefined) return "missing";
  try {
    return (await fs.stat(path)).isDirectory() ? "directory" : "file";
  } catch {
    return "missing";
  }
}

/** Whether a path is a symbolic link. */
export async function isLink(path: string): Promise<boolean> {
  return (await nodeModule("node:fs/promises")?.lstat(path))?.isSymbolicLink() === true;
}

/** Names in a directory, sorted. */
export async function listDirectory(path: string): Promise<string[]> {
  const fs = nodeModule("node:fs/promises");
  if (fs === undefined) return [];
  try {
    return (await fs.readdir(path)).sort();
  } catch (error) {
    throw new DataError(`cannot list "${path}": ${reasonOf(error)}`, { cause: error });
  }
}

/** Makes a directory and those above it. */
export async function makeDirectory(path: string): Promise<void> {
  const fs = nodeModule("node:fs/promises");
  if (fs === undefined)
    throw new DeviceError(`cannot make the directory "${path}": there is no file system here`);
  try {
    await fs.mkdir(path, { recursive: true });
  } catch (error) {
    throw new DataError(`cannot make the directory "${path}": ${reasonOf(error)}`, { cause: error });
  }
}

/** Removes a file or a whole directory; nothing happens when it does not exist. */
export async function removePath(path: string): Promise<void> {
  await nodeModule("node:fs/promises")?.rm(path, { recursive: true, force: true });
}

/** Gives a file or directory another name, replacing a file of that name. */
export async function renamePath(from: string, to: string): Promise<void> {
  const fs = nodeModule("node:fs/promises");
  if (fs === undefined) throw new DeviceError(`cannot rename "${from}": there is no file system here`);
  await fs.rename(from, to);
}

/** Whether files can be made in a directory; it is made when it does not exist. */
export async function canWrite(directory: string): Promise<boolean> {
  const fs = nodeModule("node:fs/promises");
  if (fs === undefined) return false;
  try {
    await fs.mkdir(directory, { recursive: true });
    await fs.access(directory, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Writes a file so that, killed at any moment, either the old content or the new one is there, whole:
 * the bytes go to a temporary file beside it, are flushed to the disk, and are renamed into place. What writers that were
 * killed left beside the file is removed. A symbolic link stays one, and its target is written; access rights stay.
 *
 * In a browser it is offered to the user as a download of that name.
 *
 * @throws {DataError} when the directory does not exist or cannot be written; the old file is left as it was.
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const fs = nodeModule("node:fs/promises");
  if (fs === undefined) return offerDownload(path, bytes);
  const target = await fs.realpath(path).catch(() => path);
  const mode = await fs.stat(target).then(
    (old) => old.mode & 0o777,
    () => null,
  );
  await sweepTemporaries(target);
  const temporary = temporaryBeside(target);
  try {
    const handle = await fs.open(temporary, "w");
    try {
      if (mode !== null) await handle.chmod(mode);
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, target);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw new DataError(`cannot write "${path}": ${reasonOf(error)}`, { cause: error });
  }
}

function offerDownload(path: string, bytes: Uint8Array): void {
  const document = globalThis.document as Document | undefined; // SAFETY: absent in workers, which the next line answers
  if (document === undefined) {
    throw new DeviceError(
      `cannot write "${path}": this worker has neither files nor a page. saving.modelToBytes(model) gives a model's bytes, to be kept or sent elsewhere.`,
    );
  }
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
  const link = document.createElement("a");
  link.href = url;
  link.download = path.slice(path.lastIndexOf("/") + 1);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Joins path segments with the system's separator. */
export function joinPath(...segments: string[]): string {
  const path = nodeModule("node:path");
  return path === undefined
    ? segments
        .filter((s) => s !== "")
        .join("/")
        .replace(/\/{2,}/g, "/")
    : path.join(...segments);
}

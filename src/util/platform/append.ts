import { DataError, DeviceError } from "../errors.ts";
import { nodeModule } from "./node.ts";

/**
 * Adds to the end of a file, which is made when there is none.
 *
 * @throws {DataError} when it cannot be written.
 */
export async function appendToFile(path: string, data: Uint8Array | string): Promise<void> {
  const fs = nodeModule("node:fs/promises");
  if (fs === undefined) throw new DeviceError(`cannot write "${path}": there is no file system here`);
  try {
    await fs.appendFile(path, data);
  } catch (error) {
    throw new DataError(`cannot write "${path}": ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/**
 * Cuts a file to its first bytes.
 *
 * @throws {DataError} when it cannot be written.
 */
export async function cutFile(path: string, byteLength: number): Promise<void> {
  const fs = nodeModule("node:fs/promises");
  if (fs === undefined) throw new DeviceError(`cannot write "${path}": there is no file system here`);
  try {
    await fs.truncate(path, byteLength);
  } catch (error) {
    throw new DataError(`cannot write "${path}": ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** The directory part of a path; empty where there is none. */
export function directoryOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end < 0 ? "" : path.slice(0, end);
}

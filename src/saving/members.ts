import type { ZipArchive } from "../codec/zip-read.ts";
import { FormatError } from "../util/errors.ts";
import { joinPath, listDirectory, pathKind, readFile } from "../util/platform/index.ts";

/** Named pieces of bytes: what a `.keras` archive has, or the folder that it unpacks to. */
export interface Members {
  readonly names: readonly string[];
  read(name: string): Promise<Uint8Array>;
}

/** The members of a zip archive. */
export function archiveMembers(archive: ZipArchive): Members {
  return { names: archive.members.map(({ name }) => name), read: async (name) => archive.read(name) };
}

/** Most files and most levels that a model's folder may have. */
const fileLimit = 20_000;
const depthLimit = 64;

/**
 * The files of a folder and of those inside it, by their paths relative to it.
 *
 * @throws {FormatError} when they are too many to be a model's.
 */
export async function folderMembers(folder: string): Promise<Members> {
  const names: string[] = [];
  const visit = async (path: string, depth: number): Promise<void> => {
    for (const entry of await listDirectory(joinPath(folder, path))) {
      const name = path === "" ? entry : `${path}/${entry}`;
      if ((await pathKind(joinPath(folder, name))) === "file") names.push(name);
      else if (depth < depthLimit) await visit(name, depth + 1);
      if (names.length > fileLimit)
        throw new FormatError(`${folder}: more than ${fileLimit} files; this is no model's folder.`);
    }
  };
  await visit("", 0);
  return { names, read: async (name) => readFile(joinPath(folder, name)) };
}

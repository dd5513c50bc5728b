import { DataError } from "../util/errors.ts";
import { joinPath, makeDirectory, writeFileAtomic } from "../util/platform/index.ts";
import { gunzip } from "./inflate.ts";
import { readTar } from "./tar.ts";
import { ZipArchive } from "./zip-read.ts";

/** Kinds of archive that can be extracted. `"tar"` includes `.tar.gz`. */
export const archiveFormats = ["auto", "tar", "zip"] as const;

export type ArchiveFormat = (typeof archiveFormats)[number];

/**
 * Writes the files of an archive below a directory. Paths that would leave it are refused by the readers.
 *
 * @throws {FormatError} when the archive is damaged.
 * @throws {DataError} when it is of another kind.
 */
export async function extractArchive(
  bytes: Uint8Array,
  directory: string,
  format: ArchiveFormat,
  where: string,
): Promise<void> {
  for (const [name, content] of await archiveFiles(bytes, format, where)) {
    const slash = name.lastIndexOf("/");
    if (slash > 0) await makeDirectory(joinPath(directory, name.slice(0, slash)));
    await writeFileAtomic(joinPath(directory, name), content);
  }
}

/** The files of an archive by path. */
export async function archiveFiles(
  bytes: Uint8Array,
  format: ArchiveFormat,
  where: string,
): Promise<Map<string, Uint8Array>> {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (isZip && format !== "tar") {
    const archive = ZipArchive.open(bytes, where);
    const files = new Map<string, Uint8Array>();
    for (const { name } of archive.members)
      if (!name.endsWith("/")) files.set(name, await archive.read(name));
    return files;
  }
  const isTar = isGzip || String.fromCharCode(...bytes.subarray(257, 262)) === "ustar";
  if (isTar && format !== "zip") return readTar(isGzip ? await gunzip(bytes, where) : bytes, where);
  throw new DataError(
    `${where}: expected a ${format === "auto" ? "zip, tar or tar.gz" : format} archive, received something else`,
  );
}

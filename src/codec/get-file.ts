import { DataError, OptionError } from "../util/errors.ts";
import { bindArguments, oneOf } from "../util/options.ts";
import {
  canWrite,
  downloadBytes,
  type DownloadProgress,
  environmentVariable,
  homeDirectory,
  joinPath,
  makeDirectory,
  pathKind,
  readFile,
  removePath,
  renamePath,
  sha256,
  temporaryDirectory,
  terminal,
  writeFileAtomic,
} from "../util/platform/index.ts";
import { type ArchiveFormat, archiveFormats, extractArchive } from "./extract.ts";
import { md5 } from "./md5.ts";

const hashAlgorithms = ["auto", "sha256", "md5"] as const;

/** Options of {@link getFile}; the names and defaults are Keras's. */
export interface GetFileOptions {
  /** Name in the cache; by default the last part of the address. */
  readonly fname?: string;
  /** Address to download from. */
  readonly origin?: string;
  /** Older form of `extract`, for tar archives. */
  readonly untar?: boolean;
  /** Older form of `fileHash`. */
  readonly md5Hash?: string;
  /** Expected SHA-256 or MD5, in hexadecimal. */
  readonly fileHash?: string;
  /** Folder in the cache; default `"datasets"`. An absolute path stands for itself. */
  readonly cacheSubdir?: string;
  /** Default `"auto"`: by the length of the hash. */
  readonly hashAlgorithm?: (typeof hashAlgorithms)[number];
  /** Extract the archive, and return the folder; default false. */
  readonly extract?: boolean;
  /** Default `"auto"`. */
  readonly archiveFormat?: ArchiveFormat;
  /** The cache; default `KERAS_HOME`, else `~/.keras`. */
  readonly cacheDir?: string;
  /** Download even when it is in the cache; default false. */
  readonly forceDownload?: boolean;
}

const argumentNames = [
  "fname",
  "origin",
  "untar",
  "md5Hash",
  "fileHash",
  "cacheSubdir",
  "hashAlgorithm",
  "extract",
  "archiveFormat",
  "cacheDir",
  "forceDownload",
];

/** The folder that Keras keeps downloads in: `KERAS_HOME`, else `~/.keras`; `undefined` in a browser. */
export function kerasHome(): string | undefined {
  const home = homeDirectory();
  return environmentVariable("KERAS_HOME") ?? (home === undefined ? undefined : joinPath(home, ".keras"));
}

/**
 * Downloads a file unless it is in the cache, checks its hash, and returns its path (of the folder, with `extract`).
 *
 * `getFile({ origin, fname, … })` or `getFile(fname, origin, { … })`.
 *
 * @throws {DataError} when it is not in the cache and cannot be downloaded, or its hash is not the expected one.
 * @throws {OptionError} for unknown options, a missing `origin`, and an `fname` with folders in it.
 * @see Keras `utils/file_utils.py`
 */
export async function getFile(
  ...args:
    | [fname: string, origin: string, options?: GetFileOptions]
    | [fname: string, options: GetFileOptions]
    | [options: GetFileOptions]
): Promise<string> {
  // SAFETY: every value is checked where it is used.
  const options = bindArguments("getFile", argumentNames, args) as GetFileOptions;
  const { origin, untar = false, extract = false } = options;
  if (typeof origin !== "string")
    throw new OptionError("getFile: expected `origin`, the address to download from, received none.");
  const archiveFormat = untar
    ? "tar"
    : oneOf("getFile", "archiveFormat", options.archiveFormat ?? "auto", archiveFormats);
  const names = targetNames(options.fname, origin, extract || untar);
  const request: DownloadRequest = { ...options, origin, fileName: names.download };
  const path = await fetchToCache(request);
  if (!extract && !untar) return path;
  const folder = path.slice(0, path.length - names.download.length) + names.folder;
  if (options.forceDownload || (await pathKind(folder)) !== "directory") {
    const partial = `${folder}.partial`;
    await removePath(partial);
    await makeDirectory(partial);
    await extractArchive(await readFile(path), partial, archiveFormat, names.download);
    await removePath(folder);
    await renamePath(partial, folder);
  }
  return folder;
}

/** Names of the download and of the folder it is extracted to, as Keras chooses them. */
function targetNames(
  given: string | undefined,
  origin: string,
  isArchive: boolean,
): { download: string; folder: string } {
  const name = given ?? new URL(origin, "file:///").pathname.split("/").at(-1) ?? "";
  if (name === "" || name === "." || name === ".." || /[/\\]/.test(name)) {
    throw new OptionError(
      `getFile: expected \`fname\` to be a plain file name, received ${JSON.stringify(given ?? origin)}. Folders go into \`cacheDir\` and \`cacheSubdir\`.`,
    );
  }
  if (!isArchive) return { download: name, folder: name };
  if (given === undefined) return { download: `${name}_archive`, folder: name };
  const dot = name.indexOf(".");
  return dot < 0
    ? { download: `${name}_archive`, folder: name }
    : { download: name, folder: `${name.slice(0, dot)}_extracted` };
}

export interface DownloadRequest extends Omit<GetFileOptions, "fname" | "extract" | "untar"> {
  readonly origin: string;
  readonly fileName: string;
  /** A file in the cache is taken as it is: its own format has checksums, which its reader verifies. */
  readonly trustCache?: boolean;
}

/** The path of a file in the cache, downloaded first where it is not there. */
export async function fetchToCache(request: DownloadRequest): Promise<string> {
  const { fileName } = request;
  const folders = cacheFolders(request);
  for (const folder of request.forceDownload ? [] : folders) {
    const path = joinPath(folder, fileName);
    if ((await pathKind(path)) !== "file") continue;
    if (request.trustCache || (await hashMatches(await readFile(path), request))) return path;
    terminal().write(`${path} differs from what is expected (its hash); it is downloaded again.\n`);
  }
  let target: string | undefined;
  for (const folder of folders) if (target === undefined && (await canWrite(folder))) target = folder;
  if (target === undefined)
    throw new DataError(
      `getFile: cannot write to the cache (${folders.join(", ")}). Set KERAS_HOME to a folder that can be written.`,
    );
  const path = joinPath(target, fileName);
  await writeFileAtomic(path, await downloadChecked(request, folders));
  return path;
}

/** Downloads with progress on the terminal and checks the hash. */
export async function downloadChecked(
  request: DownloadRequest,
  folders: readonly string[],
): Promise<Uint8Array> {
  const { origin, fileName } = request;
  const out = terminal();
  out.write(`Downloading data from ${origin}\n`);
  let bytes: Uint8Array;
  try {
    bytes = await downloadBytes(origin, { onProgress: progressPrinter() });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const places =
      folders.length > 0
        ? ` It is not in the cache (${folders.join(", ")}) either: put it there, or set KERAS_HOME to a folder that has it.`
        : "";
    throw new DataError(`${fileName}: ${reason}.${places}`, { cause: error });
  }
  if (!(await hashMatches(bytes, request))) {
    throw new DataError(
      `${fileName}: what came from ${origin} is incomplete or was changed: its hash is not the expected ${request.fileHash ?? request.md5Hash ?? ""}. Nothing was kept; try again.`,
    );
  }
  return bytes;
}

function cacheFolders({ cacheDir, cacheSubdir = "datasets" }: DownloadRequest): string[] {
  if (/^(\/|[A-Za-z]:)/.test(cacheSubdir)) return [cacheSubdir];
  const temporary = temporaryDirectory();
  const bases = [
    cacheDir ?? kerasHome(),
    temporary === undefined ? undefined : joinPath(temporary, ".keras"),
  ];
  return bases.filter((base) => base !== undefined).map((base) => joinPath(base, cacheSubdir));
}

async function hashMatches(
  bytes: Uint8Array,
  { fileHash, md5Hash, hashAlgorithm = "auto" }: DownloadRequest,
): Promise<boolean> {
  const algorithm = oneOf("getFile", "hashAlgorithm", hashAlgorithm, hashAlgorithms);
  const expected = fileHash ?? md5Hash;
  if (expected === undefined) return true;
  const isSha =
    fileHash !== undefined && (algorithm === "sha256" || (algorithm === "auto" && expected.length === 64));
  return (isSha ? await sha256(bytes) : md5(bytes)) === expected.toLowerCase();
}

/** Draws a bar on a terminal; elsewhere only the end is worth a line. */
function progressPrinter(): (progress: DownloadProgress) => void {
  const out = terminal();
  let shown = -1;
  return ({ loaded, total }) => {
    if (!out.isTty) return;
    const done = total === undefined ? Math.floor(loaded / 2 ** 20) : Math.floor((40 * loaded) / total);
    if (done === shown) return;
    shown = done;
    const bar =
      total === undefined
        ? `${(loaded / 2 ** 20).toFixed(1)} MB`
        : `${"━".repeat(done)}${"─".repeat(40 - done)} ${loaded}/${total}`;
    out.write(`\r${bar}${loaded === total ? "\n" : ""}`);
  };
}

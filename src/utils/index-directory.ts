import { DataError, OptionError } from "../util/errors.ts";
import { Permutations } from "../util/permutations.ts";
import { isLink, joinPath, listDirectory, pathKind } from "../util/platform/index.ts";

export interface IndexOptions {
  /** What errors begin with. */
  readonly where: string;
  readonly directory: string;
  /** `"inferred"`: by folders; a list: in the order of the paths; null: none. */
  readonly labels: "inferred" | readonly number[] | null;
  readonly classNames: readonly string[] | null;
  /** Endings of file names, in lower case. */
  readonly formats: readonly string[];
  readonly followLinks: boolean;
}

/** Files and what they belong to. */
export interface FileIndex {
  readonly paths: readonly string[];
  /** Number of each file's class; null where there are no labels. */
  readonly labels: readonly number[] | null;
  readonly classNames: readonly string[] | null;
}

/**
 * The files of a directory, by class and path.
 *
 * @throws {DataError} when there is no such directory.
 * @throws {OptionError} for class names or labels that do not fit it.
 * @see Keras `utils/dataset_utils.py`, `index_directory`
 */
export async function indexDirectory(options: IndexOptions): Promise<FileIndex> {
  const { where, directory, labels, classNames } = options;
  if ((await pathKind(directory)) !== "directory")
    throw new DataError(`${where}: expected a directory, received "${directory}", which is none here.`);
  if (labels === "inferred") return byFolder(options);
  if (classNames !== null) {
    throw new OptionError(
      `${where}: \`classNames\` orders the folders of labels: "inferred"; leave it out ${labels === null ? "without labels" : "where labels are given"}.`,
    );
  }
  const paths = await filesIn(directory, options);
  if (labels === null) return { paths, labels, classNames: null };
  if (labels.length !== paths.length) {
    throw new OptionError(
      `${where}: expected \`labels\` for ${paths.length} files, as "${directory}" has, received ${labels.length}.`,
    );
  }
  return { paths, labels, classNames: [...new Set(labels)].sort((a, b) => a - b).map(String) };
}

async function byFolder(options: IndexOptions): Promise<FileIndex> {
  const { where, directory, classNames } = options;
  const folders: string[] = [];
  for (const name of await listDirectory(directory)) {
    if (!name.startsWith(".") && (await pathKind(joinPath(directory, name))) === "directory")
      folders.push(name);
  }
  const stranger = classNames?.find((name) => !folders.includes(name));
  if (stranger !== undefined) {
    throw new OptionError(
      `${where}: expected \`classNames\` among the folders ${folders.join(", ")}, received "${stranger}".`,
    );
  }
  const names = classNames ?? folders;
  const paths: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of names.entries()) {
    for (const path of await filesIn(joinPath(directory, name), options)) {
      paths.push(path);
      labels.push(label);
    }
  }
  return { paths, labels, classNames: names };
}

/** Files of a format in a directory and those below it: a directory's own before those of directories in it. */
async function filesIn(directory: string, options: IndexOptions): Promise<string[]> {
  const { formats, followLinks } = options;
  const folders = [directory];
  const files = new Map<string, string[]>();
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const own: string[] = [];
    files.set(folder, own);
    for (const name of await listDirectory(folder)) {
      const path = joinPath(folder, name);
      if ((await pathKind(path)) !== "directory") {
        if (formats.some((ending) => name.toLowerCase().endsWith(ending))) own.push(path);
      } else if (followLinks || !(await isLink(path))) folders.push(path);
    }
  }
  return [...files.keys()].sort().flatMap((folder) => files.get(folder) ?? []);
}

/** The files in a random order. */
export function shuffleIndex({ paths, labels, classNames }: FileIndex, seed: number): FileIndex {
  const order = Uint32Array.from({ length: paths.length }, (_, i) => i);
  new Permutations(seed).shuffle(order);
  const take = <T>(list: readonly T[]): T[] => [...order].flatMap((i) => list.slice(i, i + 1));
  return { paths: take(paths), labels: labels === null ? null : take(labels), classNames };
}

/** A part of the files, from one place to another. */
export function sliceIndex({ paths, labels, classNames }: FileIndex, from: number, to: number): FileIndex {
  return { paths: paths.slice(from, to), labels: labels?.slice(from, to) ?? null, classNames };
}

import { Dataset } from "../data/dataset.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { DataError, OptionError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { positiveInteger } from "../util/parameters.ts";
import { terminal } from "../util/platform/index.ts";
import { nextSeed } from "../util/seed.ts";
import { type FileIndex, indexDirectory, shuffleIndex, sliceIndex } from "./index-directory.ts";

const labelModes = ["int", "categorical", "binary"] as const;
const subsets = ["training", "validation", "both"] as const;

export interface DirectoryOptions {
  /** By folders (the default), given (one for each file in the order of the paths), or none. */
  readonly labels?: "inferred" | readonly number[] | null | undefined;
  /**
   * How labels are given: `"int"`, the default, one integer; `"categorical"` a vector with a 1; `"binary"`, for two
   * classes, `[0]` or `[1]`; null: not at all.
   */
  readonly labelMode?: (typeof labelModes)[number] | null | undefined;
  /** The folders in the order in which classes are counted. Default: all by name. */
  readonly classNames?: readonly string[] | null | undefined;
  /** Files of a batch; null: elements are single files. Default 32. */
  readonly batchSize?: number | null | undefined;
  /** Default true. */
  readonly shuffle?: boolean | undefined;
  /** Of the order. Default: drawn from the global seed. */
  readonly seed?: number | null | undefined;
  /** Part of the files that is kept for validation. */
  readonly validationSplit?: number | null | undefined;
  /** Which part is wanted. */
  readonly subset?: (typeof subsets)[number] | null | undefined;
  /** Whether directories behind symbolic links are read. Default false. */
  readonly followLinks?: boolean | undefined;
  /** Whether the numbers of files and classes are printed. Default true. */
  readonly verbose?: boolean | undefined;
}

/** The names of these options. */
export const directoryOptionNames = ["labels", "labelMode", "classNames", "batchSize", "shuffle", "seed", "validationSplit", "subset", "followLinks", "verbose"] as const; // prettier-ignore

/** What files hold, with the names of their classes. */
export type DirectoryDataset<T> = Dataset<T> & {
  readonly classNames: readonly string[] | null;
  /** The files, in the order before elements are mixed. */
  readonly filePaths: readonly string[];
};

/** What the options make of a directory whose files are of one type, alone and in batches. */
export type DirectoryDatasets<O, One, Many> = O extends { readonly subset: "both" }
  ? [train: DirectoryDataset<Labelled<O, One, Many>>, validation: DirectoryDataset<Labelled<O, One, Many>>]
  : DirectoryDataset<Labelled<O, One, Many>>;

type Files<O, One, Many> = O extends { readonly batchSize: null } ? One : Many;
type Labelled<O, One, Many> = O extends { readonly labels: null } | { readonly labelMode: null }
  ? Files<O, One, Many>
  : [files: Files<O, One, Many>, labels: Tensor];

/** How files become elements. */
export interface FileReader<T> {
  /** What errors begin with. */
  readonly where: string;
  /** Endings of file names, in lower case. */
  readonly formats: readonly string[];
  readonly read: (path: string) => Promise<T>;
  /** A batch. */
  readonly join: (files: readonly T[]) => unknown;
}

type Made = DirectoryDataset<unknown>;

/**
 * The files of a directory, in batches: `[files, labels]`, or `files` without labels. Each folder in it is a class. They are
 * read when their batch is asked for.
 *
 * @throws {DataError} when there is no such directory, or no file in it.
 * @throws {OptionError} for an option that does not fit.
 * @see Keras `utils/dataset_utils.py`
 */
export async function directoryDatasets<T>(
  directory: string,
  options: DirectoryOptions,
  reader: FileReader<T>,
): Promise<Made | [Made, Made]> {
  const { where, formats } = reader;
  const { shuffle = true, seed: given = null, batchSize = 32, verbose = true } = options;
  const { labels = "inferred", labelMode = "int", classNames = null, followLinks = false } = options;
  if (labelMode !== null) oneOf(where, "labelMode", labelMode, labelModes);
  if (batchSize !== null) positiveInteger(where, "batchSize", batchSize);
  const split = checkSplit(where, options);
  const seed = given ?? nextSeed();
  const say = (text: string): void => {
    if (verbose) terminal().write(`${text}\n`);
  };
  const hasLabels = labels !== null && labelMode !== null;
  const sorted = await indexDirectory({
    where, directory, labels: hasLabels ? labels : null, classNames, formats, followLinks,
  }); // prettier-ignore
  const classes = sorted.classNames?.length ?? 0;
  const count = sorted.paths.length;
  say(`Found ${count} files${sorted.classNames === null ? "" : ` belonging to ${classes} classes`}.`);
  if (hasLabels && labelMode === "binary" && classes !== 2)
    throw new OptionError(`${where}: labelMode: "binary" needs exactly 2 classes, received ${classes}.`);
  const index = shuffle ? shuffleIndex(sorted, seed) : sorted;
  const make = (part: FileIndex, isShuffled: boolean): Made =>
    datasetOf(directory, part, reader, { labelMode, batchSize, seed: isShuffled ? seed : null });
  if (split === null) return make(index, shuffle);
  const held = Math.floor(split.part * count);
  const train = sliceIndex(index, 0, count - held);
  const validation = sliceIndex(index, count - held, count);
  if (split.subset !== "validation") say(`Using ${train.paths.length} files for training.`);
  if (split.subset !== "training") say(`Using ${held} files for validation.`);
  if (split.subset === "both") return [make(train, shuffle), make(validation, false)];
  return make(split.subset === "training" ? train : validation, shuffle);
}

function checkSplit(
  where: string,
  { validationSplit, subset, shuffle = true, seed }: DirectoryOptions,
): {
  readonly part: number;
  readonly subset: (typeof subsets)[number];
} | null {
  const part = validationSplit ?? null;
  if (part === null && (subset ?? null) === null) return null;
  if (part === null || (subset ?? null) === null)
    throw new OptionError(`${where}: \`validationSplit\` and \`subset\` need each other; give both or none.`);
  if (!(part > 0 && part < 1))
    throw new OptionError(
      `${where}: expected \`validationSplit\` between 0 and 1, received ${JSON.stringify(part)}.`,
    );
  if (shuffle && (seed ?? null) === null && subset !== "both") {
    throw new OptionError(
      `${where}: give a \`seed\` with \`validationSplit\`, so that the two parts have no files in common, or shuffle: false.`,
    );
  }
  return { part, subset: oneOf(where, "subset", subset, subsets) };
}

interface ReadOptions {
  readonly labelMode: DirectoryOptions["labelMode"];
  readonly batchSize: number | null;
  /** Of the order in each pass; null: as they are. */
  readonly seed: number | null;
}

function datasetOf<T>(
  directory: string,
  index: FileIndex,
  { where, formats, read, join }: FileReader<T>,
  { labelMode, batchSize, seed }: ReadOptions,
): Made {
  const { paths, labels, classNames } = index;
  if (paths.length === 0)
    throw new DataError(
      `${where}: expected files ending in ${formats.join(", ")} in "${directory}", received none.`,
    );
  const all = Dataset.fromTensors(Int32Array.from(paths.keys()));
  const mixed = seed === null ? all : all.shuffle(batchSize === null ? 1024 : batchSize * 8, { seed });
  const grouped = batchSize === null ? mixed : mixed.batch(batchSize);
  const element = async (places: Tensor): Promise<unknown> => {
    const chosen = Array.from(places.dataSync(), Number);
    const files = await Promise.all(chosen.map(async (i) => read(paths[i] ?? "")));
    const given = batchSize === null ? files[0] : join(files);
    if (labels === null) return given;
    const own = Int32Array.from(chosen, (i) => labels[i] ?? 0);
    return [given, encode(own, places.dims, labelMode ?? "int", classNames?.length ?? 0)];
  };
  return Object.assign(grouped.map(element), { classNames, filePaths: paths });
}

function encode(
  labels: Int32Array,
  shape: readonly number[],
  mode: (typeof labelModes)[number],
  classes: number,
): Tensor {
  if (mode === "int") return Tensor.fromData(labels, shape, "int32");
  if (mode === "binary") return Tensor.fromData(Float32Array.from(labels), [...shape, 1], "float32");
  const ones = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => {
    if (label >= 0 && label < classes) ones[row * classes + label] = 1;
  });
  return Tensor.fromData(ones, [...shape, classes], "float32");
}

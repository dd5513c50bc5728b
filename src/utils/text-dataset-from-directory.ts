import { checkOptions } from "../util/options.ts";
import { positiveInteger } from "../util/parameters.ts";
import { readFile } from "../util/platform/index.ts";
import {
  type DirectoryDatasets,
  directoryDatasets,
  type DirectoryOptions,
  directoryOptionNames,
} from "./directory-dataset.ts";

const where = "utils.textDatasetFromDirectory";

export interface TextDirectoryOptions extends DirectoryOptions {
  /** Characters of a text, the first. Default: all. */
  readonly maxLength?: number | null | undefined;
}

/** What the options make of a directory. */
export type TextDatasets<O> = DirectoryDatasets<O, string, string[]>;

/**
 * The `.txt` files of a directory, in batches: `[texts, labels]`, or `texts` without labels. Each folder in it is a class.
 *
 * Texts are strings; `map` them through a `TextVectorization` for `fit`. Files are read when their batch is asked for.
 *
 * @throws {DataError} when there is no such directory, or no text in it.
 * @throws {OptionError} for an unknown option, or one that does not fit.
 * @example
 * const [train, test] = await textDatasetFromDirectory("reviews", { validationSplit: 0.2, subset: "both", seed: 1 });
 * await model.fit(train.map(([texts, labels]) => [vectorize(texts), labels]));
 * @see Keras `utils/text_dataset_utils.py`
 */
export async function textDatasetFromDirectory<const O extends TextDirectoryOptions = object>(
  directory: string,
  options?: O,
): Promise<TextDatasets<O>> {
  const given: TextDirectoryOptions = options ?? {};
  checkOptions(where, given, [...directoryOptionNames, "maxLength"]);
  const { maxLength = null } = given;
  if (maxLength !== null) positiveInteger(where, "maxLength", maxLength);
  const made = await directoryDatasets(directory, given, {
    where,
    formats: [".txt"],
    read: async (path) => readText(path, maxLength),
    join: (texts) => texts,
  });
  return made as unknown as TextDatasets<O>; // SAFETY: the types say what the options make of it
}

async function readText(path: string, maxLength: number | null): Promise<string> {
  const text = new TextDecoder().decode(await readFile(path));
  return maxLength === null || text.length <= maxLength ? text : [...text].slice(0, maxLength).join("");
}

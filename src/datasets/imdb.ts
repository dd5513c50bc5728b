import { bindArguments } from "../util/options.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { asTensor, type Split } from "./arrays.ts";
import { datasetBytes, datasetNpz, origin } from "./download.ts";
import { checkFileName } from "./options.ts";
import {
  checkSequenceOptions,
  largestWord,
  limitWords,
  markSequences,
  parseWordIndex,
  readSequences,
  type SequenceOptions,
} from "./sequences.ts";

/** Options of {@link loadData}. */
export interface ImdbOptions extends SequenceOptions {}

/**
 * 25,000 film reviews to train on and 25,000 to test on, as lists of word numbers (1 is the most frequent word, before
 * `indexFrom` is added), with label 1 for praise and 0 for blame. Pad them with `utils.padSequences`.
 *
 * @throws {DataError} when the file is neither cached nor downloadable, or `maxlen` leaves nothing.
 * @see Keras `datasets/imdb.py`
 */
export async function loadData(
  ...args: [path?: string] | [path: string, options: ImdbOptions] | [options: ImdbOptions]
): Promise<Split<number[][]>> {
  const where = "imdb.loadData";
  const names = ["path", "numWords", "skipTop", "maxlen", "seed", "startChar", "oovChar", "indexFrom"];
  const options = checkSequenceOptions(where, names, args, "imdb.npz");
  const npz = await datasetNpz({
    fileName: options.path,
    url: `${origin}imdb.npz`,
    hash: "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
  });
  const train = markSequences(
    await readSequences(npz, ["x_train", "y_train"], options.seed, options.path),
    options,
    where,
  );
  const test = markSequences(
    await readSequences(npz, ["x_test", "y_test"], options.seed, options.path),
    options,
    where,
  );
  const largest = Math.max(largestWord(train.sequences), largestWord(test.sequences));
  const part = ({ sequences, labels }: typeof train): [number[][], Tensor] => [
    limitWords(sequences, largest, options),
    asTensor(labels),
  ];
  return [part(train), part(test)];
}

/** The number of each word, before `indexFrom` is added. */
export async function getWordIndex(
  ...args: [path?: string] | [options: { readonly path?: string }]
): Promise<Record<string, number>> {
  const where = "imdb.getWordIndex";
  const fileName = checkFileName(where, bindArguments(where, ["path"], args)["path"], "imdb_word_index.json");
  return parseWordIndex(
    await datasetBytes({
      fileName,
      url: `${origin}imdb_word_index.json`,
      hash: "bfafd718b763782e994055a2d397834f",
    }),
    fileName,
  );
}

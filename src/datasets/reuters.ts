import { bindArguments } from "../util/options.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { asTensor, type Split, takeRows } from "./arrays.ts";
import { datasetBytes, datasetNpz, origin } from "./download.ts";
import { checkFileName, checkShare } from "./options.ts";
import {
  checkSequenceOptions,
  largestWord,
  limitWords,
  markSequences,
  parseWordIndex,
  readSequences,
  type SequenceOptions,
} from "./sequences.ts";

export interface ReutersOptions extends SequenceOptions {
  /** Share of the newswires kept for the test; default 0.2. */
  readonly testSplit?: number;
}

/**
 * 11,228 newswires of Reuters in 46 topics, as lists of word numbers (1 is the most frequent word, before `indexFrom` is added).
 *
 * @throws {DataError} when the file is neither cached nor downloadable, or `maxlen` leaves nothing.
 * @see Keras `datasets/reuters.py`
 */
export async function loadData(
  ...args: [path?: string] | [path: string, options: ReutersOptions] | [options: ReutersOptions]
): Promise<Split<number[][]>> {
  const where = "reuters.loadData";
  const names = [
    "path",
    "numWords",
    "skipTop",
    "maxlen",
    "testSplit",
    "seed",
    "startChar",
    "oovChar",
    "indexFrom",
  ];
  const options = checkSequenceOptions(where, names, args, "reuters.npz");
  const testSplit = checkShare(where, "testSplit", options.rest["testSplit"], 0.2);
  const npz = await datasetNpz({
    fileName: options.path,
    url: `${origin}reuters.npz`,
    hash: "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
  });
  const { sequences, labels } = markSequences(
    await readSequences(npz, ["x", "y"], options.seed, options.path),
    options,
    where,
  );
  const limited = limitWords(sequences, largestWord(sequences), options);
  const trainCount = Math.trunc(limited.length * (1 - testSplit));
  const part = (from: number, to: number): [number[][], Tensor] => {
    const indices = Uint32Array.from({ length: to - from }, (_, i) => from + i);
    return [limited.slice(from, to), asTensor(takeRows(labels, indices))];
  };
  return [part(0, trainCount), part(trainCount, limited.length)];
}

/** The number of each word, before `indexFrom` is added. */
export async function getWordIndex(
  ...args: [path?: string] | [options: { readonly path?: string }]
): Promise<Record<string, number>> {
  const where = "reuters.getWordIndex";
  const fileName = checkFileName(
    where,
    bindArguments(where, ["path"], args)["path"],
    "reuters_word_index.json",
  );
  return parseWordIndex(
    await datasetBytes({
      fileName,
      url: `${origin}reuters_word_index.json`,
      hash: "4d44cc38712099c9e383dc6e5f11a921",
    }),
    fileName,
  );
}

const labelNames =
  "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass crude nat-gas cpi " +
  "money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc " +
  "orange pet-chem dlr gas silver wpi hog lead";

/** The 46 topics in the order of their labels. */
export function getLabelNames(): readonly string[] {
  return labelNames.split(" ");
}

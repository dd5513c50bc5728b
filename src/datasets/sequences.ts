import { type FileArray } from "../codec/array.ts";
import type { NpzFile } from "../codec/npz.ts";
import { DataError, FormatError } from "../util/errors.ts";
import { bindArguments } from "../util/options.ts";
import { takeRows } from "./arrays.ts";
import { RandomState } from "./numpy-random.ts";
import { checkFileName, checkNumber, checkNumberOrNull, checkSeed } from "./options.ts";

/** Options that the datasets of word sequences share. */
export interface SequenceOptions {
  /** Name of the file in the cache. */
  readonly path?: string;
  /** Keep the most frequent words only; rarer ones become `oovChar`. Default `null`: all. */
  readonly numWords?: number | null;
  /** Replace that many of the most frequent words too; default 0. */
  readonly skipTop?: number;
  /** Keep sequences shorter than this; default `null`: all. */
  readonly maxlen?: number | null;
  /** Order of the sequences; default 113. */
  readonly seed?: number;
  /** Put before each sequence; default 1, `null` for none. */
  readonly startChar?: number | null;
  /** Stands for words that are left out; default 2, `null` to drop them. */
  readonly oovChar?: number | null;
  /** Added to every word, to leave room for the special ones; default 3. */
  readonly indexFrom?: number;
}

export interface CheckedSequenceOptions {
  readonly path: string;
  readonly numWords: number | null;
  readonly skipTop: number;
  readonly maxlen: number | null;
  readonly seed: number;
  readonly startChar: number | null;
  readonly oovChar: number | null;
  readonly indexFrom: number;
  readonly rest: Readonly<Record<string, unknown>>;
}

/** Checks the shared options and fills in the defaults. `names` is Keras's order. */
export function checkSequenceOptions(
  where: string,
  names: readonly string[],
  args: readonly unknown[],
  path: string,
): CheckedSequenceOptions {
  const given = bindArguments(where, names, args);
  return {
    path: checkFileName(where, given["path"], path),
    numWords: checkNumberOrNull(where, "numWords", given["numWords"], null),
    skipTop: checkNumber(where, "skipTop", given["skipTop"], 0, { from: 0, below: 2 ** 31 }),
    maxlen: checkNumberOrNull(where, "maxlen", given["maxlen"], null),
    seed: checkSeed(where, given["seed"], 113),
    startChar: checkNumberOrNull(where, "startChar", given["startChar"], 1),
    oovChar: checkNumberOrNull(where, "oovChar", given["oovChar"], 2),
    indexFrom: checkNumber(where, "indexFrom", given["indexFrom"], 3, { from: 0, below: 2 ** 31 }),
    rest: given,
  };
}

/** Sequences of word numbers with one label each. */
export interface LabelledSequences {
  readonly sequences: readonly (readonly number[])[];
  readonly labels: FileArray;
}

/** Reads an array of lists and its labels, shuffled as NumPy does for this seed. */
export async function readSequences(
  npz: NpzFile,
  names: readonly [x: string, y: string],
  seed: number,
  where: string,
): Promise<LabelledSequences> {
  const [x, labels] = [await npz.read(names[0]), await npz.readNumbers(names[1])];
  if (x.dtype !== "object" || x.data.length !== labels.shape[0]) {
    throw new FormatError(
      `${where}: expected lists of words in "${names[0]}", and as many labels in "${names[1]}"`,
    );
  }
  const order = new RandomState(seed).shuffledIndices(x.data.length);
  const sequences = Array.from(order, (index) => {
    const words = x.data[index];
    if (!Array.isArray(words))
      throw new FormatError(`${where}: item ${index} of "${names[0]}" is no list of words`);
    return words.map(Number);
  });
  return { sequences, labels: takeRows(labels, order) };
}

/** Adds the start and the offset, and leaves out what is too long. */
export function markSequences(
  { sequences, labels }: LabelledSequences,
  options: CheckedSequenceOptions,
  where: string,
): LabelledSequences {
  const { startChar, indexFrom, maxlen } = options;
  const marked = sequences.map((words) => {
    const moved = startChar !== null || indexFrom > 0 ? words.map((word) => word + indexFrom) : words;
    return startChar === null ? moved : [startChar, ...moved];
  });
  if (maxlen === null || maxlen === 0) return { sequences: marked, labels };
  const kept = marked.flatMap((words, i) => (words.length < maxlen ? [i] : []));
  if (kept.length === 0)
    throw new DataError(`${where}: no sequence is shorter than \`maxlen\` ${maxlen}. Raise it.`);
  return { sequences: kept.map((i) => marked[i] ?? []), labels: takeRows(labels, kept) };
}

/** Replaces or drops the words outside `skipTop … numWords`. */
export function limitWords(
  sequences: readonly (readonly number[])[],
  largest: number,
  { numWords, skipTop, oovChar }: CheckedSequenceOptions,
): number[][] {
  const end = numWords === null || numWords === 0 ? largest : numWords;
  const isKept = (word: number): boolean => skipTop <= word && word < end;
  return sequences.map((words) =>
    oovChar === null ? words.filter(isKept) : words.map((word) => (isKept(word) ? word : oovChar)),
  );
}

/** The largest word of all. */
export function largestWord(sequences: readonly (readonly number[])[]): number {
  let largest = 0;
  for (const words of sequences) for (const word of words) if (word > largest) largest = word;
  return largest;
}

/** A JSON object of words and their numbers. */
export function parseWordIndex(bytes: Uint8Array, where: string): Record<string, number> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new FormatError(`${where}: this is not JSON`, { cause: error });
  }
  if (
    typeof value !== "object" ||
    value === null ||
    !Object.values(value).every((index) => typeof index === "number")
  ) {
    throw new FormatError(`${where}: expected words and their numbers`);
  }
  // SAFETY: all values were found to be numbers.
  return value as Record<string, number>;
}

import { type ArrayTree, Dataset } from "../data/dataset.ts";
import type { ArrayLeaf, Sliced } from "../data/elements.ts";
import { DataError, OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { Permutations } from "../util/permutations.ts";
import { nextSeed } from "../util/seed.ts";

export interface SplitDatasetOptions {
  /** Elements of the first part: how many, or between 0 and 1 which part of all. Default: what `rightSize` leaves. */
  readonly leftSize?: number | null | undefined;
  /** Elements of the second part, which come last. Default: what `leftSize` leaves. */
  readonly rightSize?: number | null | undefined;
  /** Whether the elements are shuffled before. Default false. */
  readonly shuffle?: boolean | undefined;
  /** Of the order. Default: drawn from the global seed. */
  readonly seed?: number | null | undefined;
}

const where = "utils.splitDataset";

/**
 * Two data sets of one, to train with and to test: the first elements and the last.
 *
 * All elements are taken into memory. Those of a data set are kept as they are, so split first and `batch` then.
 *
 * @param dataset - A data set, or arrays of one length (one element for each row).
 * @throws {OptionError} for sizes that do not fit, or an unknown option.
 * @throws {DataError} when there are no elements.
 * @example
 * const [train, test] = await splitDataset([x, y], { leftSize: 0.8, shuffle: true, seed: 1 });
 * await model.fit(train.batch(32), { validationData: test.batch(32) });
 * @see Keras `utils/dataset_utils.py`
 */
export function splitDataset<T>(
  dataset: Dataset<T>,
  options?: SplitDatasetOptions,
): Promise<[Dataset<T>, Dataset<T>]>;
export function splitDataset<const X extends ArrayTree>(
  dataset: X,
  options?: SplitDatasetOptions,
): Promise<[Dataset<Sliced<X>>, Dataset<Sliced<X>>]>;
export async function splitDataset(
  dataset: ArrayTree | Dataset<unknown>,
  options: SplitDatasetOptions = {},
): Promise<[Dataset<unknown>, Dataset<unknown>]> {
  checkOptions(where, options, ["leftSize", "rightSize", "shuffle", "seed"]);
  const { shuffle = false, seed = null } = options;
  if (seed !== null && !Number.isInteger(seed))
    throw new OptionError(`${where}: expected \`seed\` to be an integer, received ${String(seed)}.`);
  const source: Dataset<unknown> =
    dataset instanceof Dataset ? dataset : Dataset.fromTensors(dataset as ArrayLeaf); // SAFETY: checked there
  if (source.cardinality === Infinity)
    throw new DataError(`${where}: the data set has no end. Give a part of it: dataset.take(n).`);
  const elements: unknown[] = [];
  for await (const element of source) elements.push(element);
  const { left, right } = sizesOf(options, elements.length);
  const order = Uint32Array.from({ length: elements.length }, (_, i) => i);
  if (shuffle) new Permutations(seed ?? nextSeed()).shuffle(order);
  const part = (from: number, to?: number): Dataset<unknown> =>
    Dataset.fromIterable(Array.from(order.subarray(from, to), (i) => elements[i]));
  return [part(0, left), part(elements.length - right)];
}

function sizesOf(
  { leftSize = null, rightSize = null }: SplitDatasetOptions,
  total: number,
): { readonly left: number; readonly right: number } {
  if (total === 0) throw new DataError(`${where}: expected elements, received none.`);
  if (leftSize === null && rightSize === null)
    throw new OptionError(`${where}: expected \`leftSize\` or \`rightSize\`, received neither.`);
  const given = [checkSize("leftSize", leftSize, total), checkSize("rightSize", rightSize, total)] as const;
  if (isPart(leftSize) && isPart(rightSize) && leftSize + rightSize > 1) {
    throw new OptionError(
      `${where}: expected \`leftSize\` and \`rightSize\` of at most 1 together, received ${leftSize} and ${rightSize}.`,
    );
  }
  const left = given[0] ?? total - (given[1] ?? 0);
  const right = given[1] ?? total - left;
  if (left + right > total) {
    throw new OptionError(
      `${where}: expected parts of at most ${total} elements together, received ${left} and ${right}.`,
    );
  }
  if (left === 0 || right === 0) {
    throw new OptionError(
      `${where}: ${total} elements would be split into ${left} and ${right}: one part would be empty.`,
    );
  }
  return { left, right };
}

function isPart(size: number | null): size is number {
  return size !== null && !Number.isInteger(size);
}

function checkSize(name: string, size: number | null, total: number): number | null {
  if (size === null) return null;
  if (Number.isInteger(size) && size > 0 && size < total) return size;
  if (isPart(size) && size > 0 && size < 1) return roundToEven(size * total);
  throw new OptionError(
    `${where}: expected \`${name}\` to be an integer from 1 to ${total - 1} or a part between 0 and 1, received ${String(size)}.`,
  );
}

/** Halves to the even neighbour, as Python rounds. */
function roundToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

import type { NestedArray } from "../ops/core/convert.ts";
import { DataError, OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { positiveInteger } from "../util/parameters.ts";
import { Permutations } from "../util/permutations.ts";
import { nextSeed } from "../util/seed.ts";
import { type Cursor, cursorOf, cursorOfRows, type Step } from "./cursor.ts";
import { type ArrayLeaf, type Batched, rowsOf, type Sliced, zipRows } from "./elements.ts";
import type { RowBatch } from "./row-batch.ts";
import * as transforms from "./transforms.ts";

/** Arrays, or lists and objects of arrays. */
export type ArrayTree =
  | ArrayLeaf
  | NestedArray
  | readonly string[]
  | readonly ArrayTree[]
  | { readonly [key: string]: ArrayTree };

/** Elements, or a function that begins a pass over them. */
export type ElementSource<T> = Iterable<T> | AsyncIterable<T> | (() => Iterable<T> | AsyncIterable<T>);

export interface MapOptions {
  /** Calls of the function that may wait at once (for files, network). Elements keep their order. Default 1. */
  readonly parallel?: number | undefined;
}

export interface ShuffleOptions {
  /** Of the order. Default: drawn from the global seed at the first pass. */
  readonly seed?: number | null | undefined;
  /** Whether every pass has an order of its own. Default true. */
  readonly reshuffleEachIteration?: boolean | undefined;
}

export interface BatchOptions {
  /** Whether a last batch that is not full is left out. Default false. */
  readonly dropRemainder?: boolean | undefined;
}

type ElementsOf<D extends readonly Dataset<unknown>[]> = {
  -readonly [K in keyof D]: D[K] extends Dataset<infer T> ? T : never;
};

/** Elements of batches. */
type Unbatched<T> = T extends ArrayLeaf
  ? Sliced<T>
  : T extends readonly unknown[]
    ? { [K in keyof T]: Sliced<T[K]> }
    : Sliced<T>;

/**
 * A lazy pipeline of elements for `fit`, `evaluate`, `predict`, or a `for await` loop.
 *
 * Every method gives a new pipeline and leaves this one as it is; nothing is computed before elements are asked for,
 * and every iteration is a new pass. `fit` takes batches: `x`, `[x, y]` or `[x, y, sampleWeight]`.
 *
 * @example
 * ```ts
 * const data = Dataset.fromTensors(images, labels)
 *   .shuffle(10_000, { seed: 1 })
 *   .map(([x, y]) => [ops.divide(x, 255), y] as const)
 *   .batch(64)
 *   .prefetch(2);
 * await model.fit(data, { epochs: 5 });
 * ```
 *
 * @see TensorFlow `data/ops/dataset_ops.py`, the data sets that Keras's `fit` takes
 */
export class Dataset<T> implements AsyncIterable<T> {
  readonly #open: () => Cursor<T>;
  readonly #count: () => number | null;

  private constructor(open: () => Cursor<T>, count: () => number | null) {
    this.#open = open;
    this.#count = count;
  }

  /**
   * The samples of arrays: slices along their first axis, as views.
   *
   * @param x - A tensor, typed array, `{ data, shape }`, nested numbers, or lists and objects of these.
   * @param y - Targets; with them an element is `[x, y]`.
   * @param sampleWeight - Weights; with them an element is `[x, y, sampleWeight]`.
   * @throws {DataError} when the arrays differ in their number of samples.
   */
  static fromTensors<const X extends ArrayTree>(x: X): Dataset<Sliced<X>>;
  static fromTensors<const X extends ArrayTree, const Y extends ArrayTree>(
    x: X,
    y: Y,
  ): Dataset<[Sliced<X>, Sliced<Y>]>;
  static fromTensors<const X extends ArrayTree, const Y extends ArrayTree, const W extends ArrayTree>(
    x: X,
    y: Y,
    sampleWeight: W,
  ): Dataset<[Sliced<X>, Sliced<Y>, Sliced<W>]>;
  static fromTensors(x: unknown, y?: unknown, sampleWeight?: unknown): Dataset<unknown> {
    const parts = [x, y, sampleWeight];
    if (y === undefined && sampleWeight !== undefined)
      throw new DataError("Dataset.fromTensors: expected `y` beside `sampleWeight`, received none.");
    const given = parts.filter((part) => part !== undefined);
    const all = ["x", "y", "sampleWeight"]
      .slice(0, given.length)
      .map((name, i) => rowsOf(`Dataset.fromTensors: ${name}`, given[i]));
    const [first] = all;
    if (first === undefined) throw new DataError("Dataset.fromTensors: expected data, received undefined.");
    const { count } = first;
    if (all.some((rows) => rows.count !== count)) {
      throw new DataError(
        `Dataset.fromTensors: expected as many samples in all arrays, received ${all.map((rows) => rows.count).join(", ")}. The first axis counts samples.`,
      );
    }
    const rows = all.length === 1 ? first : zipRows(all);
    return new Dataset<unknown>(
      () => {
        let at = 0;
        return cursorOfRows({ of: rows, next: () => (at < count ? at++ : -1) });
      },
      () => count,
    );
  }

  /**
   * The elements of an iterable: samples, or batches that are ready for `fit`.
   *
   * @param source - An array or another (async) iterable, or a function that gives one for each pass (a generator).
   * @throws {DataError} when it is neither; at a second pass over an iterator, which can be iterated only once.
   */
  static fromIterable<T>(source: ElementSource<T>): Dataset<T> {
    const where = "Dataset.fromIterable";
    if (typeof source !== "function" && !isIterable(source)) {
      throw new DataError(
        `${where}: expected an iterable, or a function that gives one, received ${JSON.stringify(source) ?? typeof source}.`,
      );
    }
    let used: unknown = null;
    const open = (): Cursor<T> => {
      const iterable = typeof source === "function" ? source() : source;
      if (!isIterable(iterable))
        throw new DataError(
          `${where}: expected the function to give an iterable, received ${typeof iterable}.`,
        );
      if (iterable === used && "next" in iterable) {
        throw new DataError(
          `${where}: an iterator can be iterated only once. Give the function that makes it: fromIterable(() => generate()).`,
        );
      }
      used = iterable;
      return cursorOf(iterable);
    };
    return new Dataset(open, () => (typeof source === "function" ? null : lengthOf(source)));
  }

  /**
   * What `read` makes of each path.
   *
   * @param paths - Of files, or URLs.
   * @param read - Gives an element, or a promise of one.
   * @param options - `parallel`: files read at once. Default 4.
   */
  static fromFiles<T>(
    paths: Iterable<string>,
    read: (path: string) => T | Promise<T>,
    { parallel = 4, ...rest }: MapOptions = {},
  ): Dataset<T> {
    checkOptions("Dataset.fromFiles", rest, ["parallel"]);
    const list = typeof paths === "string" ? [paths] : [...paths];
    checkFunction("Dataset.fromFiles", "read", read);
    positiveInteger("Dataset.fromFiles", "parallel", parallel);
    return Dataset.fromIterable(list).map(read, { parallel });
  }

  /** Number of elements: null where it is not known, `Infinity` where there is no end. */
  get cardinality(): number | null {
    return this.#count();
  }

  /** What `f` makes of each element; it may give a promise. */
  map<U>(f: (element: T) => U | Promise<U>, { parallel = 1, ...rest }: MapOptions = {}): Dataset<U> {
    checkOptions("Dataset.map", rest, ["parallel"]);
    checkFunction("Dataset.map", "f", f);
    positiveInteger("Dataset.map", "parallel", parallel);
    return new Dataset(() => transforms.mapping(this.#open(), f, parallel), this.#count);
  }

  /** The elements for which `passes` gives true, or a promise of it. */
  filter(passes: (element: T) => boolean | Promise<boolean>): Dataset<T> {
    checkFunction("Dataset.filter", "passes", passes);
    return new Dataset(
      () => transforms.filtering(this.#open(), passes),
      () => null,
    );
  }

  /**
   * The elements in random order.
   *
   * @param bufferSize - Elements to draw from at a time. For a uniform order at least the number of all; `Infinity` will do.
   */
  shuffle(
    bufferSize: number,
    { seed = null, reshuffleEachIteration = true, ...rest }: ShuffleOptions = {},
  ): Dataset<T> {
    checkOptions("Dataset.shuffle", rest, ["seed", "reshuffleEachIteration"]);
    if (bufferSize !== Infinity) positiveInteger("Dataset.shuffle", "bufferSize", bufferSize);
    if (seed !== null && !Number.isInteger(seed))
      throw new OptionError(`Dataset.shuffle: expected \`seed\` to be an integer, received ${String(seed)}.`);
    let seeds: Permutations | null = null;
    let fixed: number | null = null;
    const draw = (): number => (seeds ??= new Permutations(seed ?? nextSeed())).below(2 ** 32);
    return new Dataset(
      () =>
        transforms.shuffling(this.#open(), bufferSize, reshuffleEachIteration ? draw() : (fixed ??= draw())),
      this.#count,
    );
  }

  /**
   * Batches of so many elements: every array gets a first axis more.
   *
   * Elements that are arrays are read as `[x, y, sampleWeight]`; numbers become vectors.
   *
   * @throws {DataError} at iteration, when elements differ in structure or shape.
   */
  batch(size: number, { dropRemainder = false, ...rest }: BatchOptions = {}): Dataset<Batched<T>> {
    checkOptions("Dataset.batch", rest, ["dropRemainder"]);
    positiveInteger("Dataset.batch", "size", size);
    return new Dataset(
      // SAFETY: stacks of elements of T are Batched<T>.
      () => transforms.batching(this.#open(), size, dropRemainder) as Cursor<Batched<T>>,
      () => mapCount(this.#count(), (n) => (dropRemainder ? Math.floor(n / size) : Math.ceil(n / size))),
    );
  }

  /** The elements of batches: slices along the first axis. */
  unbatch(): Dataset<Unbatched<T>> {
    return new Dataset(
      // SAFETY: slices of elements of T are Unbatched<T>.
      () => transforms.unbatching(this.#open()) as Cursor<Unbatched<T>>,
      () => null,
    );
  }

  /** The elements so many times over; without a number, without end. */
  repeat(count: number = Infinity): Dataset<T> {
    checkCount("repeat", count);
    return new Dataset(
      () => transforms.repeating(this.#open, count),
      () => mapCount(this.#count(), (n) => (n === 0 || count === 0 ? 0 : n * count)),
    );
  }

  /** The first so many elements. */
  take(count: number): Dataset<T> {
    checkCount("take", count);
    return new Dataset(
      () => transforms.taking(this.#open(), count),
      () => mapCount(this.#count(), (n) => Math.min(n, count)),
    );
  }

  /** All but the first so many elements. */
  skip(count: number): Dataset<T> {
    if (!(Number.isInteger(count) && count >= 0)) refuseCount("skip", count);
    return new Dataset(
      () => transforms.skipping(this.#open(), count),
      () => mapCount(this.#count(), (n) => Math.max(n - count, 0)),
    );
  }

  /** The same elements, taken before they are asked for: so many are kept ready while a step runs. */
  prefetch(count: number = 2): Dataset<T> {
    positiveInteger("Dataset.prefetch", "count", count);
    return new Dataset(() => transforms.prefetching(this.#open(), count), this.#count);
  }

  /** The same elements, kept in memory from the first whole pass on. */
  cache(): Dataset<T> {
    let kept: readonly T[] | null = null;
    const open = (): Cursor<T> => {
      if (kept !== null) return cursorOf(kept);
      return transforms.recording(this.#open(), (all) => (kept ??= all));
    };
    return new Dataset(open, () => kept?.length ?? this.#count());
  }

  /** Tuples of an element of this and one of each of the others; ends with the shortest. */
  zip<const D extends readonly [Dataset<unknown>, ...Dataset<unknown>[]]>(
    ...others: D
  ): Dataset<[T, ...ElementsOf<D>]> {
    if (others.length === 0 || !others.every((other) => other instanceof Dataset))
      throw new DataError(
        "Dataset.zip: expected one data set or more. Wrap iterables in Dataset.fromIterable.",
      );
    const all: readonly Dataset<unknown>[] = [this, ...others];
    return new Dataset(
      // SAFETY: one element of each data set, in order.
      () => transforms.zipping(all.map((part) => part.#open())) as Cursor<[T, ...ElementsOf<D>]>,
      () => {
        const counts = all.map((part) => part.cardinality);
        return counts.includes(null) ? null : Math.min(...counts.map((n) => n ?? 0));
      },
    );
  }

  /**
   * Goes past whole passes without computing their elements: the next has the order that it would have had after them.
   *
   * For training that is taken up again; `fit` calls it.
   */
  async skipPasses(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.#open().close?.();
  }

  /** A new pass over the elements. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return passOver(this.#open);
  }

  /**
   * A new pass whose batches are not stacked where they are rows of arrays: `fit` gathers them where steps read them.
   *
   * @internal
   */
  rowBatches(): AsyncGenerator<T | RowBatch, void, undefined> {
    return passOver<T | RowBatch>(() => {
      const cursor: Cursor<T> = this.#open();
      const { nextRows } = cursor;
      if (nextRows === undefined) return cursor;
      const next = (): Step<RowBatch> => {
        const value = nextRows();
        return value === null ? null : { value };
      };
      return { next, close: () => cursor.close?.() };
    });
  }
}

async function* passOver<T>(open: () => Cursor<T>): AsyncGenerator<T, void, undefined> {
  const cursor = open();
  try {
    for (;;) {
      const next = cursor.next();
      const step = next instanceof Promise ? await next : next;
      if (step === null) return;
      yield step.value;
    }
  } finally {
    await cursor.close?.();
  }
}

function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

function lengthOf(source: object): number | null {
  if (source instanceof Dataset) return source.cardinality;
  if (Array.isArray(source)) return source.length;
  return source instanceof Set || source instanceof Map ? source.size : null;
}

function mapCount(count: number | null, f: (count: number) => number): number | null {
  return count === null ? null : f(count);
}

function checkFunction(where: string, name: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new OptionError(`${where}: expected \`${name}\` to be a function, received ${String(value)}.`);
}

function checkCount(method: string, count: number): void {
  if (count !== Infinity && !(Number.isInteger(count) && count >= 0)) refuseCount(method, count);
}

function refuseCount(method: string, count: unknown): never {
  throw new OptionError(
    `Dataset.${method}: expected \`count\` to be an integer of at least 0, received ${String(count)}.`,
  );
}

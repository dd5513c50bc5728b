import { OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { positiveInteger } from "../util/parameters.ts";
import { Permutations } from "../util/permutations.ts";
import { Dataset } from "./dataset.ts";

export interface PyDatasetOptions {
  /** Calls of `getItem` that may wait at once (for files, network); batches keep their order. Default 1. */
  readonly workers?: number | undefined;
  /** Batches that are made before they are asked for, where there are several workers. Default 10. */
  readonly maxQueueSize?: number | undefined;
}

/** Batches for one call of `fit`, `evaluate` or `predict`. */
export interface OrderedBatches extends AsyncIterable<unknown> {
  /** Batches of a pass; `Infinity` where there is no end. */
  readonly length: number;
  /** Of the orders; null where there are none. */
  orderSeed: number | null;
  onEpochBegin(): void | Promise<void>;
  onEpochEnd(): void | Promise<void>;
  /** Passes over so many, as if they had been taken. */
  skipPasses(count: number): void;
}

/**
 * Base of data sets that make a batch by its number: for `fit`, `evaluate`, `predict`.
 *
 * A class of your own extends it: `getItem(index)` gives a whole batch, `x`, `[x, y]` or `[x, y, sampleWeight]`, or a
 * promise of one, and `numBatches` (or `length`) tells how many there are; null: without end. `fit` takes the batches in
 * a new random order in each epoch unless `shuffle` is false.
 *
 * @example
 * class Pages extends utils.PyDataset {
 *   get numBatches() {
 *     return 12;
 *   }
 *   async getItem(index) {
 *     return (await fetch(`/pages/${index}.json`)).json(); // [x, y]
 *   }
 * }
 * await model.fit(new Pages({ workers: 4 }), { epochs: 5 });
 * @see Keras `trainers/data_adapters/py_dataset_adapter.py`
 */
export abstract class PyDataset<T = unknown> implements AsyncIterable<T> {
  readonly workers: number;
  readonly maxQueueSize: number;

  /** @throws {OptionError} for an unknown option, or one that is no positive integer. */
  constructor(options: PyDatasetOptions = {}) {
    checkOptions("PyDataset", options, ["workers", "maxQueueSize"]);
    this.workers = positiveInteger("PyDataset", "workers", options.workers ?? 1);
    this.maxQueueSize = positiveInteger("PyDataset", "maxQueueSize", options.maxQueueSize ?? 10);
  }

  /** The batch of this number, from 0. */
  abstract getItem(index: number): T | Promise<T>;

  /** Number of batches; null where they have no end. */
  get numBatches(): number | null {
    if ("length" in this && typeof this.length === "number") return this.length;
    throw new OptionError(
      `${this.constructor.name}: expected \`numBatches\`, the number of batches (null: no end), received none. Add it to the class: get numBatches() { return …; }`,
    );
  }

  /** Called before every epoch. */
  onEpochBegin(): void | Promise<void> {}

  /** Called after every epoch. */
  onEpochEnd(): void | Promise<void> {}

  /** One pass over the batches in their own order. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.#pass(null)[Symbol.asyncIterator]();
  }

  /** The batches as `fit` takes them: in random order where there is a seed. */
  batchesInOrder(seed: number | null): OrderedBatches {
    let passes = 0;
    const batches: OrderedBatches = {
      orderSeed: seed,
      length: this.numBatches ?? Infinity,
      onEpochBegin: () => this.onEpochBegin(),
      onEpochEnd: () => this.onEpochEnd(),
      skipPasses: (count) => {
        passes += count;
      },
      [Symbol.asyncIterator]: () =>
        this.#pass(batches.orderSeed === null ? null : new Permutations(batches.orderSeed + passes++))[
          Symbol.asyncIterator
        ](),
    };
    return batches;
  }

  #pass(order: Permutations | null): Dataset<T> {
    const count = this.numBatches;
    if (count !== null && !(Number.isInteger(count) && count >= 0)) {
      throw new OptionError(
        `${this.constructor.name}: expected \`numBatches\` to be an integer of at least 0 or null, received ${String(count)}.`,
      );
    }
    const { workers } = this;
    const batches = Dataset.fromIterable(count === null ? natural : indices(count, order)).map(
      (index) => this.getItem(index),
      { parallel: workers },
    );
    return workers > 1 ? batches.prefetch(this.maxQueueSize) : batches;
  }
}

function* natural(): Generator<number> {
  for (let i = 0; ; i++) yield i;
}

function indices(count: number, order: Permutations | null): number[] {
  const all = Uint32Array.from({ length: count }, (_, i) => i);
  order?.shuffle(all);
  return [...all];
}

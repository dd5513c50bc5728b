import { numberOf, recordOf } from "../../callbacks/state-values.ts";
import type { StateTree } from "../../callbacks/training-run.ts";
import { DataError } from "../../util/errors.ts";
import { type ArrayData, countSamples, sliceSamples } from "./array-data.ts";
import { type Batch, batchOf, type BatchSource } from "./batch.ts";
import { Gatherer, gatherNow } from "./gathered-rows.ts";
import { Permutations } from "../../util/permutations.ts";

export interface ArraySourceOptions {
  readonly batchSize: number;
  /** True: samples in random order; `"batch"`: within batches. */
  readonly shuffle: boolean | "batch";
  /** Of the random order. */
  readonly seed: number;
  /** Whether batches go on after the last sample, beginning anew. */
  readonly repeat: boolean;
}

/**
 * Batches of arrays in memory: views where samples stay in order, else gathered where programs read them.
 *
 * @see Keras `trainers/data_adapters/array_data_adapter.py`
 */
export class ArraySource implements BatchSource {
  readonly numBatches: number;
  readonly #data: ArrayData;
  readonly #count: number;
  readonly #options: ArraySourceOptions;
  #permutations: Permutations;
  #seed: number;
  /** Orders that have been drawn. */
  #shuffles = 0;
  readonly #order: Uint32Array | null;
  readonly #gatherer = new Gatherer();
  #at = 0;
  /** The batch that was made before it was asked for. */
  #ahead: { readonly from: number; readonly batch: Batch } | null = null;

  constructor(where: string, data: ArrayData, options: ArraySourceOptions) {
    this.#data = data;
    this.#count = countSamples(where, data);
    if (this.#count === 0) throw new DataError(`${where}: expected at least one sample, received none.`);
    this.#options = options;
    this.numBatches = Math.ceil(this.#count / options.batchSize);
    this.#seed = options.seed;
    this.#permutations = new Permutations(options.seed);
    this.#order = options.shuffle === false ? null : Uint32Array.from({ length: this.#count }, (_, i) => i);
    this.#at = this.#count;
  }

  begin(): void {
    if (this.#options.repeat && this.#at < this.#count) return;
    this.#at = 0;
    this.#ahead = null;
    if (this.#order !== null) this.#shuffle(this.#order);
  }

  state(): StateTree {
    return {
      seed: this.#seed,
      shuffles: this.#shuffles,
      at: this.#at,
      count: this.#count,
      batchSize: this.#options.batchSize,
    };
  }

  /** Draws the orders once more up to the present one. */
  restore(state: StateTree): void {
    const { seed, shuffles, at, count, batchSize } = recordOf(state);
    const isWithin = numberOf(at) < numberOf(count);
    if (isWithin && (count !== this.#count || batchSize !== this.#options.batchSize)) {
      throw new DataError(
        `the backup was made within an epoch of ${numberOf(count)} samples in batches of ${numberOf(batchSize)}, received ${this.#count} in batches of ${this.#options.batchSize}. Give the same data, or remove the backup.`,
      );
    }
    this.#at = isWithin ? numberOf(at) : this.#count;
    this.#ahead = null;
    if (this.#order === null) return;
    this.#seed = numberOf(seed, this.#seed);
    this.#permutations = new Permutations(this.#seed);
    this.#order.forEach((_, i, order) => (order[i] = i));
    this.#shuffles = 0;
    while (this.#shuffles < numberOf(shuffles)) this.#shuffle(this.#order);
  }

  next(): Batch | null {
    if (this.#at >= this.#count) {
      if (!this.#options.repeat) return null;
      this.begin();
    }
    const from = this.#at;
    const to = Math.min(from + this.#options.batchSize, this.#count);
    this.#at = to;
    const batch = this.#ahead?.from === from ? this.#ahead.batch : this.#take(from, to);
    this.#ahead = null;
    return batch;
  }

  ahead(isElsewhere: boolean): Batch | null {
    const from = this.#at;
    // Beyond the last sample there is another order, which is drawn when it is needed.
    if (!isElsewhere || from >= this.#count) return null;
    if (this.#ahead !== null) return this.#ahead.batch;
    const batch = this.#take(from, Math.min(from + this.#options.batchSize, this.#count));
    gatherNow(batch);
    this.#ahead = { from, batch };
    return batch;
  }

  #take(from: number, to: number): Batch {
    if (this.#order !== null) return this.#gatherer.take(this.#data, this.#order, from, to);
    const { x, y, sampleWeight } = sliceSamples(this.#data, from, to);
    return batchOf(x, y, sampleWeight);
  }

  #shuffle(order: Uint32Array): void {
    this.#shuffles++;
    const { batchSize, shuffle } = this.#options;
    if (shuffle !== "batch") return this.#permutations.shuffle(order);
    for (let from = 0; from < order.length; from += batchSize)
      this.#permutations.shuffle(order.subarray(from, from + batchSize));
  }
}

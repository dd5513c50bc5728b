import { DataError, OptionError, warnOnce } from "../../util/errors.ts";
import { numberOf, recordOf } from "../../callbacks/state-values.ts";
import type { StateTree } from "../../callbacks/training-run.ts";
import { type Ahead, aheadOf, isImmutable, Rooms, settled } from "./ahead.ts";
import { type Batch, batchOf, type BatchSource } from "./batch.ts";
import type { Rows } from "../../data/elements.ts";
import { RowBatch } from "../../data/row-batch.ts";
import { type ArrayData, countSamples } from "./array-data.ts";
import type { BatchIterable } from "./batch-iterables.ts";
import { Gatherer, gatherNow } from "./gathered-rows.ts";
import { toHostTree, type Wanted } from "./host-arrays.ts";
import { prepareWeights } from "./sample-weights.ts";

export interface IterableSourceOptions {
  /** Batches of one epoch when the iterable goes on through epochs. */
  readonly stepsPerEpoch: number | null;
  /** The most batches of an epoch. */
  readonly limit: number | null;
  readonly inputs: Wanted;
  readonly outputs: Wanted;
  readonly classWeight: Readonly<Record<string, number>> | null;
}

/** What data sets may have besides: calls around each epoch, and the seed of their orders. */
interface EpochHooks {
  orderSeed?: number | null;
  onEpochBegin?(): void | Promise<void>;
  onEpochEnd?(): void | Promise<void>;
}

/** Batches of an iterable or a generator. @see Keras `trainers/data_adapters/py_dataset_adapter.py`, `generator_data_adapter.py` */
export class IterableSource implements BatchSource {
  #numBatches: number | null;
  readonly #where: string;
  readonly #batches: BatchIterable;
  readonly #options: IterableSourceOptions;
  readonly #hooks: EpochHooks;
  #isWithinEpoch = false;
  #iterator: Iterator<unknown> | AsyncIterator<unknown> | null = null;
  /** Whether batches begin anew when they end within an epoch of `stepsPerEpoch`. */
  readonly #hasKnownEnd: boolean;
  #taken = 0;
  #total = 0;
  /** Epochs begun. */
  #passes = 0;
  /** Whether batches are waited for. */
  #isAsync = false;
  /** Whether steps run on other threads. */
  #isElsewhere = false;
  /** The next batch, asked for before its time. */
  #ahead: Ahead | null = null;
  readonly #rooms = new Rooms();
  readonly #gatherer = new Gatherer();
  /** The arrays that a data set takes rows of, as the model wants them. */
  readonly #whole = new WeakMap<Rows, ArrayData>();

  constructor(where: string, batches: BatchIterable, options: IterableSourceOptions) {
    this.#where = where;
    this.#batches = batches;
    this.#options = options;
    this.#hooks = typeof batches === "function" ? {} : (batches as EpochHooks); // SAFETY: it may have any of these
    const length = lengthOf(batches);
    if (length === Infinity && options.stepsPerEpoch === null && options.limit === null) {
      throw new OptionError(
        `${where}: the data has no end. Give the number of batches of an epoch: \`stepsPerEpoch\` (\`steps\`, \`validationSteps\`).`,
      );
    }
    this.#hasKnownEnd = length !== null && length !== Infinity;
    const { stepsPerEpoch, limit } = options;
    this.#numBatches =
      limit === null ? (stepsPerEpoch ?? length) : Math.min(stepsPerEpoch ?? length ?? limit, limit);
  }

  get numBatches(): number | null {
    return this.#numBatches;
  }

  async begin(): Promise<void> {
    this.#taken = 0;
    this.#passes++;
    if (this.#options.stepsPerEpoch === null) {
      await this.#ahead?.outcome;
      this.#ahead = null;
      // A pass that `limit` has cut short; what can be iterated only once goes on.
      const isSame: boolean = Object.is(this.#iterator, this.#batches);
      if (!isSame) await this.#iterator?.return?.();
      this.#iterator = null;
    }
    this.#isWithinEpoch = true;
    await this.#hooks.onEpochBegin?.();
  }

  state(): StateTree {
    const { orderSeed = null } = this.#hooks;
    return { passes: this.#passes, taken: this.#taken, total: this.#total, orderSeed };
  }

  /**
   * Batches up to the place are taken and left: of the present epoch, or, where the iterable goes on through epochs, of
   * all. A function is called once for each epoch that is done, and data sets draw the orders of theirs.
   */
  async restore(state: StateTree, isWithinEpoch: boolean): Promise<void> {
    const { passes, taken, total, orderSeed } = recordOf(state);
    if (typeof orderSeed === "number" && "orderSeed" in this.#hooks) this.#hooks.orderSeed = orderSeed;
    this.#isWithinEpoch = isWithinEpoch;
    const goesOn = this.#options.stepsPerEpoch !== null;
    this.#passes = numberOf(passes);
    if (!goesOn) await skipPasses(this.#batches, this.#passes - (isWithinEpoch ? 1 : 0));
    if (!goesOn && !isWithinEpoch) return;
    for (let left = numberOf(goesOn ? total : taken); left > 0; left--) {
      const { done } = await this.#draw();
      if (done === true)
        throw new DataError(`${this.#where}: the data ends before the place where training was interrupted.`);
      this.#total++;
    }
    this.#taken = numberOf(taken);
  }

  async next(): Promise<Batch | null> {
    if (this.#taken >= this.#most) return this.#end();
    const ahead = this.#ahead;
    this.#ahead = null;
    const batch = ahead === null ? await this.#take() : await settled(ahead);
    if (batch === null) {
      const { stepsPerEpoch } = this.#options;
      if (this.#total === 0)
        throw new DataError(`${this.#where}: expected batches, but the iterable gave none.`);
      if (this.#taken === 0) {
        warnOnce(
          `${this.#where}: the data ran out; training ends. Pass an iterable that can be iterated again (an array of batches, or a function that gives a generator), or one that does not end.`,
        );
      } else if (stepsPerEpoch !== null)
        warnOnce(`${this.#where}: the data ran out before stepsPerEpoch batches were taken.`);
      this.#iterator = null;
      this.#numBatches ??= this.#taken;
      return this.#end();
    }
    this.#taken++;
    this.#total++;
    return batch;
  }

  /**
   * Asks for the next batch of the epoch, one at most. Not of an iterator that is the user's own: what it has left when
   * training ends is the user's too.
   */
  ahead(isElsewhere: boolean): null {
    const goesAhead = this.#goesAhead;
    this.#isElsewhere ||= isElsewhere;
    if (goesAhead && this.#taken < this.#most) this.#ahead ??= aheadOf(this.#take());
    return null;
  }

  /** Whether the next batch is asked for while the one before is in use. */
  get #goesAhead(): boolean {
    const isUsers: boolean = this.#iterator === null || Object.is(this.#iterator, this.#batches);
    return !isUsers && (this.#isAsync || this.#isElsewhere);
  }

  /** Batches of an epoch, where there is a limit. */
  get #most(): number {
    const { stepsPerEpoch, limit } = this.#options;
    return Math.min(stepsPerEpoch ?? Infinity, limit ?? Infinity);
  }

  async #take(): Promise<Batch | null> {
    const step = await this.#draw();
    return step.done === true ? null : this.#convert(step.value);
  }

  async #draw(): Promise<IteratorResult<unknown>> {
    this.#iterator ??= this.#iterate();
    const step = await this.#iterator.next();
    const beginsAnew =
      step.done === true && this.#options.stepsPerEpoch !== null && this.#hasKnownEnd && this.#total > 0;
    if (!beginsAnew) return step;
    this.#iterator = this.#iterate();
    return this.#iterator.next();
  }

  #iterate(): Iterator<unknown> | AsyncIterator<unknown> {
    const iterable = typeof this.#batches === "function" ? this.#batches() : this.#batches;
    this.#isAsync = Symbol.asyncIterator in iterable;
    // By its method, so that pages without data sets do not carry them.
    if ("rowBatches" in iterable && typeof iterable.rowBatches === "function")
      return iterable.rowBatches() as AsyncIterator<unknown>; // SAFETY: as data sets do
    return Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
  }

  async close(): Promise<void> {
    const [iterator, ahead] = [this.#iterator, this.#ahead];
    this.#iterator = null;
    this.#ahead = null;
    const closing = async (): Promise<void> => {
      await iterator?.return?.();
    };
    // A batch that is still waited for, and that nobody wants any more, holds nobody up.
    if (ahead === null || ahead.isSettled) await closing();
    else closing().catch(() => undefined);
    await this.#end();
  }

  async #end(): Promise<null> {
    if (!this.#isWithinEpoch) return null;
    this.#isWithinEpoch = false;
    await this.#hooks.onEpochEnd?.();
    return null;
  }

  #convert(value: unknown): Batch {
    const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (value instanceof RowBatch) {
      const { rows, order } = value;
      const batch = this.#gatherer.take(this.#wholeOf(rows), order, 0, order.length);
      if (this.#isElsewhere) gatherNow(batch);
      return batch;
    }
    const { x, y, sampleWeight } = this.#dataOf(parts);
    const batch = batchOf(x, y, sampleWeight);
    // Whoever is asked for the next batch may make it in the arrays of this one.
    return this.#goesAhead && !isImmutable(parts) ? this.#rooms.copyOf(batch) : batch;
  }

  #wholeOf(rows: Rows): ArrayData {
    let data = this.#whole.get(rows);
    if (data === undefined) {
      const { whole } = rows;
      data = this.#dataOf(Array.isArray(whole) ? whole : [whole]);
      this.#whole.set(rows, data);
    }
    return data;
  }

  /** The arrays of a batch, or of all samples at once. */
  #dataOf(parts: readonly unknown[]): ArrayData {
    const { inputs, outputs, classWeight } = this.#options;
    if (parts.length === 0 || parts.length > 3) {
      throw new DataError(
        `${this.#where}: expected batches of [x], [x, y] or [x, y, sampleWeight], received an array of ${parts.length}.`,
      );
    }
    const [x, y, sampleWeight] = parts;
    const hostY = y === undefined || y === null ? null : toHostTree("y", y, outputs);
    const given =
      sampleWeight === undefined || sampleWeight === null
        ? null
        : toHostTree("sampleWeight", sampleWeight, Array.isArray(hostY) ? outputs : null);
    const data = {
      x: toHostTree("x", x, inputs),
      y: hostY,
      sampleWeight: prepareWeights(this.#where, hostY, given, classWeight),
    };
    countSamples(this.#where, data);
    return data;
  }
}

/** Goes past whole passes, as far as that can be had without taking their batches. */
async function skipPasses(batches: BatchIterable, count: number): Promise<void> {
  if (typeof batches === "function") for (let i = 0; i < count; i++) batches();
  else if ("skipPasses" in batches && typeof batches.skipPasses === "function")
    await batches.skipPasses(count);
}

/** The number of batches where the iterable tells it. */
function lengthOf(batches: BatchIterable): number | null {
  if (typeof batches === "function") return null;
  // SAFETY: unknown fields of an object.
  const fields = batches as { readonly [K in "cardinality" | "size" | "length"]?: unknown };
  const told = fields.cardinality ?? fields.size ?? fields.length;
  return typeof told === "number" && told > 0 ? told : null;
}

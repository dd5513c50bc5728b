/** Says when so many batches have gone by, also where batches are counted in steps of several. */
export class BatchCounter {
  readonly #every: number | "epoch";
  #since = 0;
  #last = -1;

  constructor(every: number | "epoch") {
    this.#every = every;
  }

  /** True when it is time; `batch` counts from 0 in each epoch. */
  isDue(batch: number): boolean {
    if (this.#every === "epoch") return false;
    this.#since += batch <= this.#last ? batch + 1 : batch - this.#last;
    this.#last = batch;
    if (this.#since < this.#every) return false;
    this.#since = 0;
    return true;
  }

  /** To be called at the end of an epoch, and before the first. */
  restart(): void {
    this.#last = -1;
  }

  /** Batches since it was last time, and the last batch seen. */
  get state(): readonly number[] {
    return [this.#since, this.#last];
  }

  /** Goes on from a state. */
  restore([since, last]: readonly number[]): void {
    this.#since = since ?? 0;
    this.#last = last ?? -1;
  }
}

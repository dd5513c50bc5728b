import { nextTurn, nowMs } from "../util/platform/index.ts";
import type { Hook } from "../callbacks/callback.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import type { Tree } from "../util/tree.ts";
import type { Batch, BatchSource } from "./data/batch.ts";

/** Lets the event loop turn now and then, so that a page stays alive and aborts are heard. */
export class Breather {
  readonly #signal: AbortSignal | null;
  #last = nowMs();

  constructor(signal: AbortSignal | null | undefined) {
    this.#signal = signal ?? null;
    this.#signal?.throwIfAborted();
  }

  /** Waits for a turn when the last is 16 ms ago (a frame of 60 a second); throws when the run was aborted. */
  breathe(): Promise<void> | null {
    this.#signal?.throwIfAborted();
    if (nowMs() - this.#last < 16) return null;
    return this.#turn();
  }

  async #turn(): Promise<void> {
    await nextTurn();
    this.#last = nowMs();
    this.#signal?.throwIfAborted();
  }
}

export interface LoopOptions {
  readonly source: BatchSource;
  /** Batches between two calls of the hooks. */
  readonly stepsPerExecution: number;
  readonly breather: Breather;
  /** Batches of the epoch that are done already, where it is taken up again; the source is behind them. */
  readonly done?: number | undefined;
  /** Gives a promise where the step goes on elsewhere. */
  run(batch: Batch): Tree<Tensor> | Promise<Tree<Tensor>>;
  /** Compiles the step for a batch that comes next, if it is not: called while one runs elsewhere. */
  prepare(batch: Batch): void;
  onBegin(step: number): Hook;
  /** Gets the results of all batches since `onBegin`. */
  onEnd(step: number, results: readonly Tree<Tensor>[]): Hook;
  isStopped(): boolean;
}

/** Runs all batches of one epoch; gives their number. */
export async function runBatches({
  source,
  stepsPerExecution,
  breather,
  done = 0,
  run,
  prepare,
  onBegin,
  onEnd,
  isStopped,
}: LoopOptions): Promise<number> {
  const begun = done > 0 ? undefined : source.begin();
  if (begun instanceof Promise) await begun;
  let step = done;
  let isElsewhere = false;
  for (let isDone = false; !isDone;) {
    const results: Tree<Tensor>[] = [];
    while (results.length < stepsPerExecution) {
      const next = source.next();
      const batch = next instanceof Promise ? await next : next;
      if (batch === null) {
        isDone = true;
        break;
      }
      if (results.length === 0) {
        const began = onBegin(step);
        if (began instanceof Promise) await began;
      }
      // What waits for files or the network is asked for before a step that keeps this thread busy; everything else is
      // made while one runs elsewhere.
      if (!isElsewhere) source.ahead?.(false);
      const result = run(batch);
      isElsewhere = result instanceof Promise;
      const coming = isElsewhere ? (source.ahead?.(true) ?? null) : null;
      if (coming !== null) prepare(coming);
      results.push(await result);
      const breath = breather.breathe();
      if (breath !== null) await breath;
    }
    if (results.length === 0) break;
    step += results.length;
    const ended = onEnd(step - 1, results);
    if (ended instanceof Promise) await ended;
    if (isStopped()) break;
  }
  return step;
}

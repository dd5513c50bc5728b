import type { HostArray } from "../graph/compiled-function.ts";
import type { CallbackBase } from "./callback.ts";
import type { Logs } from "./logs.ts";

/** What backups of training can keep: JSON (NaN and infinities too) with arrays in it. */
export type StateTree =
  | null
  | boolean
  | number
  | string
  | HostArray
  | readonly StateTree[]
  | { readonly [key: string]: StateTree };

/** A place in training: whole epochs that are done, and batches of the next. */
export interface TrainingPlace {
  readonly epoch: number;
  readonly batch: number;
}

/** Data whose place can be kept and found again. */
export interface ResumableSource {
  /** Where it is. */
  state(): StateTree;
  /**
   * Goes to a place: the next batch is the one that would have come there.
   *
   * @param isWithinEpoch - False where the next call begins an epoch.
   */
  restore(state: StateTree, isWithinEpoch: boolean): void | Promise<void>;
}

/** A `fit` that goes on: what is to be kept so that it can be taken up again. */
export interface TrainingRun {
  /** Of training, then of validation where there is any. */
  readonly sources: readonly ResumableSource[];
  readonly callbacks: readonly CallbackBase[];
  /** Of the last batch. */
  readonly logs: Logs;
  /** Set before the first epoch by what restores an interrupted run. */
  resumption: Resumption | null;
}

/** How an interrupted run is taken up again. */
export interface Resumption extends TrainingPlace {
  /** Of the last batch that is done. */
  readonly logs: Logs;
  /** Whether training was to stop there. */
  readonly isStopped: boolean;
  /** Gives the metrics the values they had; called within an epoch, once the metrics have their variables. */
  restoreMetrics(): void;
}

import type { ResumableSource } from "../../callbacks/training-run.ts";
import type { HostTree } from "./host-arrays.ts";

/** One batch: inputs, and where there are any, targets and sample weights. */
export interface Batch {
  readonly x: HostTree;
  readonly y?: HostTree;
  readonly sampleWeight?: HostTree;
}

/** Where batches come from. */
export interface BatchSource extends ResumableSource {
  /** Batches of one epoch; null while not known. */
  readonly numBatches: number | null;
  /** Begins an epoch. */
  begin(): void | Promise<void>;
  /** The next batch; null at the end. Its arrays are valid until the next call. */
  next(): Batch | null | Promise<Batch | null>;
  /**
   * Makes the next batch before it is asked for, while a step runs; what `state` tells does not change.
   *
   * @param isElsewhere - Whether the step runs on other threads: else only what waits (for files, network) is begun.
   * @returns The batch, if it is there already.
   */
  ahead?(isElsewhere: boolean): Batch | null;
  /** Called when no more batches will be taken. */
  close?(): void | Promise<void>;
}

/** A batch without the parts that are absent. */
export function batchOf(x: HostTree, y: HostTree | null, sampleWeight: HostTree | null): Batch {
  return { x, ...(y === null ? {} : { y }), ...(sampleWeight === null ? {} : { sampleWeight }) };
}

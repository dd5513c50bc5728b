/**
 * The words through which threads talk, in the reserved bytes at the start of shared memory.
 *
 * Workers sleep until `command` changes. If `steps` has changed too, each runs program `program` with the pointer
 * table at `table`, as one of `threads`; within a step threads meet at the barrier, and the last barrier ends it.
 * If not, a message is on its way. Offsets in 32-bit words.
 */
export const controlWords = {
  /** Arrivals at the barrier; the number of barriers passed follows it. */
  barrier: 0,
  barriersPassed: 1,
  /** Not 0 once a thread has failed: nobody waits for it any more. */
  failed: 2,
  /** Threads that sleep at the barrier. */
  sleeping: 3,
  command: 16,
  program: 17,
  table: 18,
  threads: 19,
  /** Steps begun. */
  steps: 20,
  /** The last step that is done, set by thread 0 where that is a worker. */
  done: 24,
  /** Messages posted to the workers: each of them leaves its wait to receive those it has not seen. */
  posted: 32,
  /** Messages each worker has dealt with, from here on. */
  received: 48,
} as const;

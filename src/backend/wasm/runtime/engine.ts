import { DeviceError } from "../../../util/errors.ts";
import { canBlock, nodeModule, nowMs } from "../../../util/platform/index.ts";
import { hostNames } from "../math/host.ts";
import { controlAddress } from "../module/layout.ts";
import { loadPool, poolClass } from "../threads/loading.ts";
import type { ThreadPool } from "../threads/pool.ts";
import { threadCount } from "../threads/settings.ts";
import { Heap } from "./heap.ts";
import type { LastingInputs } from "./inputs.ts";
import type { Profiler } from "./profile.ts";

/** What all programs of the backend share: the heap, the threads and one workspace, which every run overwrites. */
export class Engine {
  readonly heap: Heap;
  readonly lastingInputs: LastingInputs = new WeakMap();
  #pool: ThreadPool | null = null;
  #programs = 0;
  /** Collects the times of kernels while a profile is made. */
  profiler: Profiler | null = null;
  /** How many runs used several threads. */
  threadedRuns = 0;
  #workspace: { readonly address: number; readonly bytes: number } | null = null;
  /** Asynchronous runs that have not ended. */
  #turns = 0;
  /** The last of them: the next one waits for it. */
  #last: Promise<unknown> = Promise.resolve();

  /** Copies the results of the asynchronous step that was begun last, while nobody has. */
  #collect: (() => void) | null = null;

  constructor(memoryBytes?: number) {
    this.heap = new Heap(threadCount() > 1, memoryBytes, () => this.settle());
  }

  /** The threads for a large program, or null where it runs on the calling thread alone, or until they are loaded. */
  get pool(): ThreadPool | null {
    const threads = threadCount();
    if (this.#pool?.isBusy) return this.#pool;
    if (this.#pool?.threads !== threads || this.#pool.isLost) this.close();
    if (threads === 1) return null;
    if (!this.heap.shared) this.heap.makeShared();
    const Pool = poolClass();
    if (Pool === null) void loadPool();
    else
      this.#pool ??= new Pool({
        memory: this.heap.memory,
        controlAddress,
        threads,
        callerTakesPart: canBlock(),
        node: nodeModule("node:worker_threads"),
        hostNames,
        nowMs,
        failure: (message) => new DeviceError(message),
      });
    return this.#pool;
  }

  /** Runs `task` after all asynchronous tasks before it. */
  inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    const ended = (): void => void this.#turns--;
    this.#turns++;
    this.#last = result.then(ended, ended);
    return result;
  }

  /** Whether no asynchronous task is at work or waits. */
  get isIdle(): boolean {
    return this.#turns === 0;
  }

  /**
   * Gives what `read` copies out of memory when a step apart from the calling thread is done: before any other step, and
   * before variables are read, written or moved.
   */
  async afterStep<T>(done: Promise<void>, read: () => T): Promise<T> {
    let copy: { readonly results: T } | null = null;
    const collect = (): { readonly results: T } => (copy ??= { results: read() });
    this.#collect = collect;
    try {
      await done;
    } finally {
      if (this.#collect === collect) this.#collect = null;
    }
    return collect().results;
  }

  /** Waits, on the calling thread, until the workers have finished the step they are at, and keeps its results. */
  settle(): void {
    while (this.#pool?.isBusy);
    const collect = this.#collect;
    this.#collect = null;
    if (this.#pool?.hasFailed === false) collect?.();
  }

  /** A number for a program, its name among threads. */
  nextProgram(): number {
    return this.#programs++;
  }

  /** The address of memory for one run, as large as any run needed so far. Nobody else is at work there: see `settle`. */
  workspace(bytes: number): number {
    this.leaveWorkspace(bytes);
    this.#workspace ??= { address: this.heap.allocate(bytes), bytes };
    return this.#workspace.address;
  }

  /** Gives the workspace back if it is too small for a run, so that what else the run needs can lie there. */
  leaveWorkspace(bytes: number): void {
    if (this.#workspace === null || this.#workspace.bytes >= bytes) return;
    this.heap.free(this.#workspace.address);
    this.#workspace = null;
  }

  /** Empties the memory of all that can be elsewhere for a while, for a run. */
  clear(): void {
    if (this.#workspace !== null) this.heap.free(this.#workspace.address);
    this.#workspace = null;
    this.heap.hold([]);
    this.heap.clear();
  }

  /** Ends the threads; the next large program starts new ones. */
  close(): void {
    this.#pool?.close();
    this.#pool = null;
  }
}

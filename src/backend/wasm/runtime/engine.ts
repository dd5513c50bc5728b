import { canBlock } from "../../../util/platform/index.ts";
import { ThreadPool } from "../threads/pool.ts";
import { threadCount } from "../threads/settings.ts";
import { Heap } from "./heap.ts";

/** What all programs of the backend share: the heap, the threads and one workspace, which every run overwrites. */
export class Engine {
  readonly heap: Heap;
  #pool: ThreadPool | null = null;
  #programs = 0;
  /** How many runs used several threads. */
  threadedRuns = 0;
  #workspace: { readonly address: number; readonly bytes: number } | null = null;

  constructor() {
    this.heap = new Heap(threadCount() > 1);
  }

  /** The threads for a large program, or null where it runs on the calling thread alone. */
  get pool(): ThreadPool | null {
    const threads = threadCount();
    if (this.#pool?.threads !== threads) {
      this.#pool?.close();
      this.#pool = null;
    }
    // The main thread of a page must not sleep, so it cannot meet others at a barrier.
    if (threads === 1 || !canBlock()) return null;
    if (!this.heap.shared) this.heap.makeShared();
    this.#pool ??= new ThreadPool(this.heap.memory, threads);
    return this.#pool;
  }

  /** A number for a program, its name among threads. */
  nextProgram(): number {
    return this.#programs++;
  }

  /** The address of memory for one run, as large as any run needed so far. */
  workspace(bytes: number): number {
    if (this.#workspace !== null && this.#workspace.bytes >= bytes) return this.#workspace.address;
    if (this.#workspace !== null) this.heap.free(this.#workspace.address);
    this.#workspace = null;
    const address = this.heap.allocate(bytes);
    this.#workspace = { address, bytes };
    return address;
  }

  /** Ends the threads; the next large program starts new ones. */
  close(): void {
    this.#pool?.close();
    this.#pool = null;
  }
}

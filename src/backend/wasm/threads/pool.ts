import { startWorker, type WorkerHandle } from "../../../util/platform/start-worker.ts";
import { controlWords } from "./control.ts";
import { workerScript } from "./worker-script.ts";

/** How long workers may take to start and to receive a program, where they are waited for. */
const receiptMs = 60_000;
/** The same where the calling thread can do their work until they come. */
const startMs = 5_000;

/** A step function of a program on the calling thread. */
export type Step = (tid: number, threads: number, table: number) => void;

/** What a pool is given rather than imports: it is a part of pages that loads on use, and shares no module with them (ADR 17). */
export interface PoolHost {
  readonly memory: WebAssembly.Memory;
  /** Where the control words are in it. */
  readonly controlAddress: number;
  /** How many threads there are to be. */
  readonly threads: number;
  /** Whether the calling thread is one of them: one that may block. */
  readonly callerTakesPart: boolean;
  /** Node's module of threads, where there is Node. */
  readonly node: Parameters<typeof startWorker>[1];
  /** The functions that programs import from the host. */
  readonly hostNames: readonly string[];
  nowMs(): number;
  /** The error to throw for what went wrong with the threads. */
  failure(message: string): Error;
}

/**
 * Worker threads over one shared memory. A calling thread that may block takes part in every step as thread 0, so a
 * pool for `threads` threads has one worker less; the main thread of a page leaves all to workers.
 */
export class ThreadPool {
  readonly threads: number;
  readonly #host: PoolHost;
  readonly #words: Int32Array<ArrayBufferLike>;
  readonly #workers: WorkerHandle[] = [];
  readonly #firstWorker: 0 | 1;
  #posted = 0;
  #steps = 0;
  #failure: string | null = null;
  #isReported = false;
  readonly #forget: FinalizationRegistry<number> = new FinalizationRegistry((program) =>
    this.#post({ program }),
  );

  constructor(host: PoolHost) {
    const { memory, controlAddress, threads, callerTakesPart, node, hostNames } = host;
    this.threads = threads;
    this.#host = host;
    this.#firstWorker = callerTakesPart ? 1 : 0;
    this.#words = new Int32Array(memory.buffer, controlAddress, 256);
    this.#words.fill(0);
    for (let tid: number = this.#firstWorker; tid < threads; tid++) {
      const worker = startWorker(workerScript(controlAddress, hostNames), node);
      worker.onEnd((reason) => this.#fail(`thread ${tid} ended: ${reason}`));
      this.#workers.push(worker);
    }
    this.#workers.forEach((worker, i) => worker.post({ memory, tid: i + this.#firstWorker }));
    this.#posted = 1;
    Atomics.store(this.#words, controlWords.posted, 1);
  }

  /** Hands a program to all workers; gives the number of the message that brings it. It is forgotten with `owner`. */
  register(program: number, module: WebAssembly.Module, owner: object): number {
    this.#post({ program, module });
    this.#forget.register(owner, program);
    return this.#posted;
  }

  /** Whether all workers have received a message. */
  hasReceived(message: number): boolean {
    return this.#workers.every((_, i) => this.#receivedBy(i) >= message);
  }

  /** Whether all workers run: until then a thread that waits for them may keep them from it. */
  get isStarted(): boolean {
    return this.hasReceived(1);
  }

  /** Waits, asleep, until all workers have received a message; on a thread that may block. */
  awaitReceipt(message: number): void {
    for (const since = this.#host.nowMs(); !this.hasReceived(message);) {
      if (this.#host.nowMs() - since > receiptMs) this.#fail("they do not take programs");
      if (this.#failure !== null) throw this.#error();
      Atomics.wait(this.#words, controlWords.received + this.#firstWorker, message - 1, 1);
    }
  }

  /** The same without blocking the calling thread; workers that do not start are not waited for longer than `limitMs`. */
  async receipt(message: number, limitMs: number = startMs): Promise<void> {
    for (const since = this.#host.nowMs(); this.#host.nowMs() - since < limitMs && this.#failure === null;) {
      const missing = this.#workers.findIndex((_, i) => this.#receivedBy(i) < message);
      if (missing < 0) return;
      const word = controlWords.received + missing + this.#firstWorker;
      await changeOf(this.#words, word, this.#receivedBy(missing), 100);
    }
  }

  /** Messages that a worker has dealt with. */
  #receivedBy(worker: number): number {
    return Atomics.load(this.#words, controlWords.received + worker + this.#firstWorker);
  }

  /** Runs one step on all threads, the calling one among them, and returns when it is done. */
  run(program: number, step: Step, table: number): void {
    this.#begin(program, table);
    try {
      step(0, this.threads, table);
    } catch (error) {
      Atomics.store(this.#words, controlWords.failed, 1);
      Atomics.notify(this.#words, controlWords.barriersPassed);
      this.#fail(`a thread failed or did not answer within the time limit (${String(error)})`);
      throw this.#error();
    }
  }

  /** Runs one step on the workers alone, without blocking the calling thread. */
  async runApart(program: number, table: number): Promise<void> {
    this.#begin(program, table);
    while (this.isBusy) {
      const done = Atomics.load(this.#words, controlWords.done);
      if (done === this.#steps) break;
      await changeOf(this.#words, controlWords.done, done, 1000);
    }
    if (this.#failure !== null) throw this.#error();
  }

  /** Whether a step that was begun by `runApart` is not done yet; one that failed is. */
  get isBusy(): boolean {
    if (this.#firstWorker === 1) return false;
    if (Atomics.load(this.#words, controlWords.failed) !== 0) this.#fail("a thread failed");
    return this.#failure === null && Atomics.load(this.#words, controlWords.done) !== this.#steps;
  }

  #begin(program: number, table: number): void {
    if (this.#failure !== null) throw this.#error();
    const words = this.#words;
    Atomics.store(words, controlWords.program, program);
    Atomics.store(words, controlWords.table, table);
    Atomics.store(words, controlWords.threads, this.threads);
    this.#steps = Atomics.add(words, controlWords.steps, 1) + 1;
    this.#wake();
  }

  /** Ends all workers. */
  close(): void {
    this.#failure ??= "the threads were ended";
    for (const worker of this.#workers) worker.terminate();
  }

  #post(message: unknown): void {
    if (this.#failure !== null) return;
    for (const worker of this.#workers) worker.post(message);
    Atomics.store(this.#words, controlWords.posted, ++this.#posted);
    // Wakes the workers without a program to run: they find the message instead.
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.#words, controlWords.command, 1);
    Atomics.notify(this.#words, controlWords.command);
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
  }

  /** Whether a step has failed, or the threads were ended. */
  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  /** Whether the pool has failed and said so: it is of no more use. */
  get isLost(): boolean {
    return this.#isReported;
  }

  #error(): Error {
    this.#isReported = true;
    return this.#host.failure(
      `wasm backend: expected ${this.threads} working threads, but ${this.#failure}. ` +
        `New threads take their place; but variables may have the values of an unfinished step, so load them again.`,
    );
  }
}

/** Resolves when a word of shared memory differs from `value`, or after a while; sooner where that cannot be told. */
async function changeOf(
  words: Int32Array<ArrayBufferLike>,
  index: number,
  value: number,
  mostMs: number,
): Promise<void> {
  if (typeof Atomics.waitAsync !== "function") {
    return new Promise((resolve) => setTimeout(resolve, 0));
  }
  const waiting = Atomics.waitAsync(words, index, value, mostMs);
  if (waiting.async) await waiting.value;
}

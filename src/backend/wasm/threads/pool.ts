import { DeviceError } from "../../../util/errors.ts";
import { startWorker, type WorkerHandle } from "../../../util/platform/index.ts";
import { hostNames } from "../math/host.ts";
import { controlAddress, controlWords } from "./control.ts";
import { workerScript } from "./worker-script.ts";

/** A step function of a program on the calling thread. */
export type Step = (tid: number, threads: number, table: number) => void;

/**
 * Worker threads over one shared memory. The calling thread takes part in every step as thread 0, so a pool for
 * `threads` threads has one worker less.
 */
export class ThreadPool {
  readonly threads: number;
  readonly #words: Int32Array<ArrayBufferLike>;
  readonly #workers: WorkerHandle[] = [];
  #posted = 0;
  #failure: string | null = null;
  readonly #forget: FinalizationRegistry<number> = new FinalizationRegistry((program) => this.#post({ program }));

  constructor(memory: WebAssembly.Memory, threads: number) {
    this.threads = threads;
    this.#words = new Int32Array(memory.buffer, controlAddress, 256);
    this.#words.fill(0);
    for (let tid = 1; tid < threads; tid++) {
      const worker = startWorker(workerScript(hostNames));
      worker.onEnd((reason) => this.#fail(`thread ${tid} ended: ${reason}`));
      this.#workers.push(worker);
    }
    this.#workers.forEach((worker, i) => worker.post({ memory, tid: i + 1 }));
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
    return this.#workers.every((_, i) => Atomics.load(this.#words, controlWords.received + i + 1) >= message);
  }

  /** Runs one step on all threads and returns when it is done. */
  run(program: number, step: Step, table: number): void {
    if (this.#failure !== null) throw this.#error();
    const words = this.#words;
    Atomics.store(words, controlWords.program, program);
    Atomics.store(words, controlWords.table, table);
    Atomics.store(words, controlWords.threads, this.threads);
    Atomics.add(words, controlWords.steps, 1);
    this.#wake();
    try {
      step(0, this.threads, table);
    } catch (error) {
      Atomics.store(words, controlWords.failed, 1);
      Atomics.notify(words, controlWords.barriersPassed);
      this.#fail(`a thread failed or did not answer within the time limit (${String(error)})`);
      throw this.#error();
    }
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

  #error(): DeviceError {
    return new DeviceError(
      `wasm backend: expected ${this.threads} working threads, but ${this.#failure}. ` +
        `The values of variables may be those of an unfinished step; load them again, or set the number of threads to 1.`,
    );
  }
}

import { nodeModule } from "./node.ts";

/** A running worker thread. */
export interface WorkerHandle {
  post(message: unknown): void;
  /** Calls `listener` once when the worker fails or ends. */
  onEnd(listener: (reason: string) => void): void;
  terminate(): void;
}

/** Number of hardware threads; 1 where it is not known. */
export function hardwareThreads(): number {
  const os = nodeModule("node:os");
  return Math.max(1, os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1);
}

/** Whether memory can be shared between threads here: browsers want the page to be cross-origin isolated. */
export function canShareMemory(): boolean {
  if (typeof globalThis.SharedArrayBuffer !== "function") return false;
  return nodeModule("node:worker_threads") !== undefined || globalThis.crossOriginIsolated === true;
}

/** Whether the calling thread may sleep in `Atomics.wait`: all but the main thread of a page. */
export function canBlock(): boolean {
  return nodeModule("node:worker_threads") !== undefined || typeof globalThis.document === "undefined";
}

/**
 * Starts a worker thread on a script given as text, which finds messages through `onMessage(listener)`.
 * The worker does not keep the process alive.
 */
export function startWorker(script: string): WorkerHandle {
  const threads = nodeModule("node:worker_threads");
  if (threads !== undefined) {
    const prologue = 'const onMessage = (f) => require("node:worker_threads").parentPort.on("message", f);\n';
    const worker = new threads.Worker(prologue + script, { eval: true, execArgv: [] });
    worker.unref();
    return {
      post: (message) => worker.postMessage(message),
      onEnd: (listener) => {
        worker.once("error", (error) => listener(String(error)));
        worker.once("exit", (code) => listener(`it exited with code ${code}`));
      },
      terminate: () => void worker.terminate(),
    };
  }
  const prologue = "const onMessage = (f) => { globalThis.onmessage = (event) => f(event.data); };\n";
  const url = URL.createObjectURL(new Blob([prologue + script], { type: "text/javascript" }));
  const worker = new Worker(url);
  return {
    post: (message) => worker.postMessage(message),
    onEnd: (listener) => worker.addEventListener("error", (event) => listener(event.message), { once: true }),
    terminate: () => worker.terminate(),
  };
}

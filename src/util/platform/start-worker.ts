/** A worker of Node's, as far as it is used: users of the package are not asked for the types of Node. */
interface NodeWorker {
  unref(): void;
  postMessage(message: unknown): void;
  once(event: "error", listener: (error: unknown) => void): unknown;
  once(event: "exit", listener: (code: number) => void): unknown;
  terminate(): unknown;
}

/** Node's module of threads, as far as it is used. */
interface NodeThreads {
  readonly Worker: new (
    script: string,
    options: { readonly eval: boolean; readonly execArgv: string[] },
  ) => NodeWorker;
}

/** A running worker thread. */
export interface WorkerHandle {
  post(message: unknown): void;
  /** Calls `listener` once when the worker fails or ends. */
  onEnd(listener: (reason: string) => void): void;
  terminate(): void;
}

/**
 * Starts a worker thread on a script given as text, which finds messages through `onMessage(listener)`.
 * The worker does not keep the process alive.
 *
 * @param node - Node's module of threads, where there is Node. Not asked for here: what loads this has none of a page's modules.
 */
export function startWorker(script: string, node: NodeThreads | undefined): WorkerHandle {
  if (node !== undefined) {
    const prologue = 'const onMessage = (f) => require("node:worker_threads").parentPort.on("message", f);\n';
    const worker = new node.Worker(prologue + script, { eval: true, execArgv: [] });
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

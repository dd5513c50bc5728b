import { nodeModule } from "./node.ts";

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

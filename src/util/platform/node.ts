/** @internal */
type BuiltinName =
  | "node:buffer"
  | "node:fs"
  | "node:fs/promises"
  | "node:os"
  | "node:path"
  | "node:process"
  | "node:crypto"
  | "node:worker_threads";
/** @internal The types of Node are not asked of users of the package. */
interface Builtins {
  "node:buffer": typeof import("node:buffer");
  "node:fs": typeof import("node:fs");
  "node:fs/promises": typeof import("node:fs/promises");
  "node:os": typeof import("node:os");
  "node:path": typeof import("node:path");
  "node:process": typeof import("node:process");
  "node:crypto": typeof import("node:crypto");
  "node:worker_threads": typeof import("node:worker_threads");
}

interface ProcessLike {
  getBuiltinModule?(name: string): unknown;
}

/**
 * A module of Node's, or `undefined` where there is no Node (a browser, a worker in one).
 *
 * Asked for at run time through `process.getBuiltinModule`, so that a bundler for browsers has nothing to resolve.
 *
 * @internal
 */
export function nodeModule<N extends BuiltinName>(name: N): Builtins[N] | undefined {
  // SAFETY: `process` is looked up by its one method, which is checked before it is called.
  const process = (globalThis as { process?: ProcessLike }).process;
  // SAFETY: Node documents what each of its own modules exports.
  return process?.getBuiltinModule?.(name) as Builtins[N] | undefined;
}

/** True where Node's modules (or those of a runtime that offers them) can be had. */
export function hasNode(): boolean {
  return nodeModule("node:fs") !== undefined;
}

import { warnOnce } from "../../../util/errors.ts";
import type { ThreadPool } from "./pool.ts";

let provided: typeof ThreadPool | null = null;
let loading: Promise<void> | null = null;

/** Has threads at hand without loading them. */
export function providePool(pool: typeof ThreadPool): void {
  provided = pool;
}

/** The class of pools; null until it is loaded. */
export function poolClass(): typeof ThreadPool | null {
  return provided;
}

/** Loads what runs threads. Without it programs run on one thread. */
export function loadPool(): Promise<void> {
  loading ??= load().catch((error: unknown) =>
    warnOnce(`threads could not be loaded, programs run on one: ${String(error)}`),
  );
  return loading;
}

async function load(): Promise<void> {
  const { ThreadPool } = await import("./pool.ts");
  providePool(ThreadPool);
}

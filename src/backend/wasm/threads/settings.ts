import { OptionError } from "../../../util/errors.ts";
import { canShareMemory, hardwareThreads } from "../../../util/platform/index.ts";

/** Most workers that the control words have room for. */
const maximumWorkers = 127;

let chosen: number | null = null;

/** The number of threads that programs may use: as set, or all hardware threads; 1 where memory cannot be shared. */
export function threadCount(): number {
  return canShareMemory() ? Math.min(chosen ?? hardwareThreads(), maximumWorkers) : 1;
}

/**
 * Sets the number of threads that programs may use. Results do not depend on it.
 *
 * @param threads - A positive integer; null: all hardware threads (the default).
 * @throws {OptionError} when it is anything else.
 */
export function setThreadCount(threads: number | null): void {
  if (threads !== null && (!Number.isInteger(threads) || threads < 1)) {
    throw new OptionError(`setThreads: expected a positive integer or null, received ${threads}.`);
  }
  chosen = threads;
}

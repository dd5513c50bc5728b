import { OptionError } from "../../../util/errors.ts";

/** What a WebAssembly memory can address. */
export const addressableBytes: number = 2 ** 32;
const leastBytes = 2 ** 20;

let chosen: number | null = null;

/** Bytes that the engine's memory may have. */
export function memoryLimit(): number {
  return chosen ?? addressableBytes;
}

/**
 * Sets how much memory programs may take; 4 GiB is what WebAssembly can address. A program that would need more
 * computes cheap values (activations, normalized values, casts) twice instead of keeping them, and variables that it
 * does not work with wait outside. Results do not depend on it, but for rounding. What has been taken stays taken.
 *
 * @param bytes - From 1 MiB to 4 GiB; null: 4 GiB (the default).
 * @throws {OptionError} when it is anything else.
 */
export function setMemoryLimit(bytes: number | null): void {
  const isValid = bytes === null || (bytes >= leastBytes && bytes <= addressableBytes);
  if (!isValid) {
    throw new OptionError(
      `setMemoryLimit: expected ${leastBytes} to ${addressableBytes} bytes or null, received ${bytes}.`,
    );
  }
  chosen = bytes;
}

import { Value } from "../../ops/core/value.ts";

/** What `fit` takes in place of arrays: batches of `x`, `[x]`, `[x, y]` or `[x, y, sampleWeight]`, or a function that gives such. */
export type BatchIterable =
  | Iterable<unknown>
  | AsyncIterable<unknown>
  | (() => Iterable<unknown> | AsyncIterable<unknown>);

/** True for iterables of batches, and functions that give them. */
export function isBatchIterable(x: unknown): x is BatchIterable {
  if (typeof x === "function") return !("shape" in x);
  return (
    typeof x === "object" &&
    x !== null &&
    !(x instanceof Value) &&
    !Array.isArray(x) &&
    !ArrayBuffer.isView(x) &&
    (Symbol.iterator in x || Symbol.asyncIterator in x)
  );
}

/**
 * True for an array of `[x, y]` or `[x, y, sampleWeight]` batches. Nested numbers of one shape are a tensor; pairs
 * that hold tensors or objects, or arrays of different shapes, are batches.
 */
export function isBatchList(x: unknown): x is readonly unknown[] {
  if (!Array.isArray(x) || x.length === 0) return false;
  const batches: readonly unknown[] = x;
  return batches.every(
    (batch) =>
      Array.isArray(batch) &&
      (batch.length === 2 || batch.length === 3) &&
      batch.every((part) => typeof part === "object" && part !== null) &&
      (new Set(batch.map(nestingOf)).size > 1 ||
        batch.some((part) => !Array.isArray(part) && !ArrayBuffer.isView(part))),
  );
}

/** The shape of nested arrays, read along their first items. */
function nestingOf(part: unknown): string {
  const sizes: number[] = [];
  let level = part;
  while (Array.isArray(level)) {
    sizes.push(level.length);
    level = level[0];
  }
  if (ArrayBuffer.isView(level)) sizes.push(level.byteLength);
  return sizes.join();
}

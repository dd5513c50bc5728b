import { Tensor } from "../ops/core/tensor.ts";

/** Data that come batch by batch, such as a `Dataset`. */
type Arriving = AsyncIterable<unknown>;

const isObject = (data: unknown): data is object => typeof data === "object" && data !== null;

const isArriving = (data: unknown): data is Arriving => isObject(data) && Symbol.asyncIterator in data;

/** Whether data are batches to iterate over: no array, typed array or tensor, which are data themselves. */
function isBatches(data: unknown): data is Iterable<unknown> {
  const isData = Array.isArray(data) || ArrayBuffer.isView(data) || data instanceof Tensor;
  return isObject(data) && Symbol.iterator in data && !isData;
}

/**
 * How layers learn their state from data: `take` gets each batch, then `finish` makes what was taken the state. Of batches
 * that arrive one after the other, a promise of that.
 */
export function adaptTo(data: Arriving, take: (batch: unknown) => void, finish: () => void): Promise<void>;
export function adaptTo(
  data: unknown,
  take: (batch: unknown) => void,
  finish: () => void,
): Promise<void> | void;
export function adaptTo(
  data: unknown,
  take: (batch: unknown) => void,
  finish: () => void,
): Promise<void> | void {
  if (isArriving(data)) return takeAll(data, take, finish);
  for (const batch of isBatches(data) ? data : [data]) take(batch);
  finish();
}

async function takeAll(data: Arriving, take: (batch: unknown) => void, finish: () => void): Promise<void> {
  for await (const batch of data) take(batch);
  finish();
}

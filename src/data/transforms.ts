import { Permutations } from "../util/permutations.ts";
import { nextTurn } from "../util/platform/index.ts";
import { type Cursor, cursorOfRows, gather, type RowCursor, type Step, whenReady } from "./cursor.ts";
import { type Rows, rowsOf, stack } from "./elements.ts";
import { RowBatch } from "./row-batch.ts";

/** A cursor that begins anew at the end, so many passes in all; it stops after a pass that gave nothing. */
export function repeating<T>(open: () => Cursor<T>, passes: number): Cursor<T> {
  let source: Cursor<T> | null = null;
  let begun = 0;
  let hasGiven = true;
  const next = (): Step<T> | Promise<Step<T>> => {
    if (source === null) {
      if (begun >= passes || !hasGiven) return null;
      begun++;
      hasGiven = false;
      source = open();
    }
    const current = source;
    return whenReady(current.next(), (step) => {
      if (step !== null) {
        hasGiven = true;
        return step;
      }
      source = null;
      return whenReady(current.close?.(), next);
    });
  };
  const close = async (): Promise<void> => {
    await source?.close?.();
    // A pass that is closed before anything was asked for is skipped: orders are drawn as if it had gone to its end.
    const skipped = begun === 0 && Number.isFinite(passes) ? passes : 0;
    for (let i = 0; i < skipped; i++) await open().close?.();
  };
  return { next, close };
}

/** A cursor over what `f` makes of the elements, in their order; so many calls of `f` at once. */
export function mapping<T, U>(
  source: Cursor<T>,
  f: (element: T) => U | Promise<U>,
  parallel: number,
): Cursor<U> {
  const apply = (step: Step<T>): Step<U> | Promise<Step<U>> =>
    step === null ? null : whenReady(f(step.value), (value) => ({ value }));
  if (parallel === 1) return { ...closing(source), next: () => whenReady(source.next(), apply) };
  const ahead: Promise<Outcome<Step<U>>>[] = [];
  let isDone = false;
  return {
    close: async () => {
      isDone = true;
      await Promise.all(ahead);
      await source.close?.();
    },
    next: async () => {
      while (!isDone && ahead.length < parallel) {
        const step = await source.next();
        if (step === null) isDone = true;
        else ahead.push(outcome(async () => apply(step)));
      }
      const first = ahead.shift();
      return first === undefined ? null : settle(await first);
    },
  };
}

/** A cursor over the elements that pass. */
export function filtering<T>(
  source: Cursor<T>,
  passes: (element: T) => boolean | Promise<boolean>,
): Cursor<T> {
  const next = (): Step<T> | Promise<Step<T>> => {
    for (;;) {
      const step = source.next();
      if (step instanceof Promise) return step.then(judge);
      if (step === null) return null;
      const verdict = passes(step.value);
      if (verdict instanceof Promise) return verdict.then((isGood) => (isGood ? step : next()));
      if (verdict) return step;
    }
  };
  const judge = (step: Step<T>): Step<T> | Promise<Step<T>> =>
    step === null ? null : whenReady(passes(step.value), (isGood) => (isGood ? step : next()));
  return { ...closing(source), next };
}

/** A cursor that draws at random from a buffer, which it keeps full. */
export function shuffling<T>(source: Cursor<T>, bufferSize: number, seed: number): Cursor<T> {
  const order = new Permutations(seed);
  // SAFETY: a cursor over rows gives rows.
  if (source.rows !== undefined)
    return cursorOfRows(shufflingRows(source.rows, bufferSize, order)) as Cursor<T>;
  const buffer: T[] = [];
  let isDone = false;
  return {
    ...closing(source),
    next: () => {
      const filled = isDone ? buffer : gather(source, bufferSize, buffer);
      return whenReady(filled, () => {
        isDone ||= buffer.length < bufferSize;
        const last = buffer.length - 1;
        if (last < 0) return null;
        const at = order.below(last + 1);
        const value = buffer[at] as T; // SAFETY: within bounds
        buffer[at] = buffer[last] as T; // SAFETY: within bounds
        buffer.length = last;
        return { value };
      });
    },
  };
}

/** The same for numbers of rows, with equal draws. */
function shufflingRows(source: RowCursor, bufferSize: number, order: Permutations): RowCursor {
  const buffer = new Uint32Array(Math.min(bufferSize, source.of.count));
  let filled = 0;
  let isDone = false;
  return {
    of: source.of,
    next: () => {
      while (!isDone && filled < buffer.length) {
        const index = source.next();
        if (index < 0) isDone = true;
        else buffer[filled++] = index;
      }
      if (filled === 0) return -1;
      const at = order.below(filled);
      const index = buffer[at] ?? 0;
      buffer[at] = buffer[--filled] ?? 0;
      return index;
    },
  };
}

/** A cursor over stacks of so many rows. */
function batchingRows(source: RowCursor, size: number, dropRemainder: boolean): Cursor<unknown> {
  const order = new Uint32Array(Math.min(size, source.of.count));
  /** How many rows the next batch has. */
  const draw = (): number => {
    for (let count = 0; count < size; count++) {
      const index = source.next();
      if (index < 0) return dropRemainder ? 0 : count;
      order[count] = index;
    }
    return size;
  };
  return {
    next: () => {
      const count = draw();
      return count === 0 ? null : { value: source.of.stack(order, count) };
    },
    nextRows: () => {
      const count = draw();
      return count === 0 ? null : new RowBatch(source.of, order.slice(0, count));
    },
  };
}

/** A cursor over stacks of so many elements. */
export function batching(source: Cursor<unknown>, size: number, dropRemainder: boolean): Cursor<unknown> {
  if (source.rows !== undefined)
    return { ...closing(source), ...batchingRows(source.rows, size, dropRemainder) };
  let isDone = false;
  return {
    ...closing(source),
    next: () =>
      isDone
        ? null
        : whenReady(gather(source, size), (items) => {
            isDone = items.length < size;
            if (items.length === 0 || (isDone && dropRemainder)) return null;
            return { value: stack("Dataset.batch: element", items) };
          }),
  };
}

/** A cursor over the elements of batches. */
export function unbatching(source: Cursor<unknown>): Cursor<unknown> {
  let rows: Rows | null = null;
  let at = 0;
  const next = (): Step<unknown> | Promise<Step<unknown>> => {
    if (rows !== null && at < rows.count) return { value: rows.row(at++) };
    return whenReady(source.next(), (step) => {
      if (step === null) return null;
      rows = rowsOf("Dataset.unbatch: element", step.value);
      at = 0;
      return next();
    });
  };
  return { ...closing(source), next };
}

/** A cursor over the first so many elements. */
export function taking<T>(source: Cursor<T>, count: number): Cursor<T> {
  let left = count;
  const { rows } = source;
  // SAFETY: a cursor over rows gives rows.
  if (rows !== undefined)
    return cursorOfRows({ of: rows.of, next: () => (left-- > 0 ? rows.next() : -1) }) as Cursor<T>;
  return { ...closing(source), next: () => (left-- > 0 ? source.next() : null) };
}

/** A cursor without the first so many elements. */
export function skipping<T>(source: Cursor<T>, count: number): Cursor<T> {
  let left = count;
  const { rows } = source;
  if (rows !== undefined) {
    const nextRow = (): number => {
      for (; left > 0; left--) if (rows.next() < 0) return -1;
      return rows.next();
    };
    return cursorOfRows({ of: rows.of, next: nextRow }) as Cursor<T>; // SAFETY: as above
  }
  const next = (): Step<T> | Promise<Step<T>> => {
    while (left > 0) {
      left--;
      const step = source.next();
      if (step instanceof Promise) return step.then((late) => (late === null ? null : next()));
      if (step === null) return null;
    }
    return source.next();
  };
  return { ...closing(source), next };
}

/** A cursor that hands all elements over when it has reached the end. */
export function recording<T>(source: Cursor<T>, keep: (all: readonly T[]) => void): Cursor<T> {
  const all: T[] = [];
  return {
    ...closing(source),
    next: () =>
      whenReady(source.next(), (step) => {
        if (step === null) keep(all);
        else all.push(step.value);
        return step;
      }),
  };
}

/** A cursor over tuples of the elements of several, which ends with the shortest. */
export function zipping(sources: readonly Cursor<unknown>[]): Cursor<unknown[]> {
  return {
    next: async () => {
      const steps = await Promise.all(sources.map(async (source) => source.next()));
      const values: unknown[] = [];
      for (const step of steps) {
        if (step === null) return null;
        values.push(step.value);
      }
      return { value: values };
    },
    close: async () => {
      await Promise.all(sources.map(async (source) => source.close?.()));
    },
  };
}

/**
 * A cursor that takes elements before they are asked for, so many at most.
 *
 * Sources that wait are asked again at once. Those that compute are asked in the next turn of the event loop: whoever
 * takes an element gets to start work on another thread first.
 */
export function prefetching<T>(source: Cursor<T>, count: number): Cursor<T> {
  const ahead: Outcome<Step<T>>[] = [];
  let pump: Promise<void> = Promise.resolve();
  let isFilling = false;
  let isDone = false;
  let waits = true;
  let wake: (() => void) | null = null;
  const fill = async (): Promise<void> => {
    if (!waits) await nextTurn();
    while (!isDone && ahead.length < count) {
      const got = await outcome(() => {
        const step = source.next();
        waits = step instanceof Promise;
        return step;
      });
      if ("error" in got || got.value === null) isDone = true;
      ahead.push(got);
      wake?.();
      if (!waits && ahead.length < count) await nextTurn();
    }
    isFilling = false;
  };
  const start = (): void => {
    if (isDone || isFilling) return;
    isFilling = true;
    pump = fill();
  };
  const { nextRows } = source;
  return {
    // Nothing is gained by drawing numbers ahead.
    ...(nextRows === undefined ? {} : { nextRows }),
    next: async () => {
      while (ahead.length === 0) {
        if (isDone) return null;
        const woken = new Promise<void>((resolve) => (wake = resolve));
        start();
        await woken;
      }
      const first = ahead.shift();
      start();
      return first === undefined ? null : settle(first);
    },
    close: async () => {
      isDone = true;
      await pump;
      await source.close?.();
    },
  };
}

/** How a call ended: kept until somebody asks, so that no rejection goes unheard. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown };

async function outcome<T>(f: () => T | Promise<T>): Promise<Outcome<Awaited<T>>> {
  try {
    return { value: await f() };
  } catch (error) {
    return { error };
  }
}

function settle<T>(got: Outcome<T>): T {
  if ("error" in got) throw got.error;
  return got.value;
}

function closing(source: Cursor<unknown>): Pick<Cursor<unknown>, "close"> {
  return { close: () => source.close?.() };
}

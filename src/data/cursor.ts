import type { Rows } from "./elements.ts";
import type { RowBatch } from "./row-batch.ts";

/** One element; null when there are no more. Boxed, since elements may be anything. */
export type Step<T> = { readonly value: T } | null;

/** A pass over elements. Where nothing has to be waited for, elements come without a promise, which costs a turn each. */
export interface Cursor<T> {
  /** Called again only once the last call has settled, and never after the end. */
  next(): Step<T> | Promise<Step<T>>;
  /**
   * Where elements are rows of arrays: the same elements by their numbers, which cost less than the elements. Either
   * these are taken or those.
   */
  readonly rows?: RowCursor;
  /** Where elements are batches of such rows: the next one, not stacked; null at the end. Either these are taken or those. */
  nextRows?(): RowBatch | null;
  /** Lets go of what the pass holds; called once, at the end or before it. */
  close?(): void | Promise<void>;
}

/** A pass over numbers of rows. */
export interface RowCursor {
  readonly of: Rows;
  /** The next number; −1 when there are no more, and from then on. */
  next(): number;
}

/** A pass over the elements that are rows. */
export function cursorOfRows(rows: RowCursor): Cursor<unknown> {
  return {
    next: () => {
      const index = rows.next();
      return index < 0 ? null : { value: rows.of.row(index) };
    },
    rows,
  };
}

/** Elements of whatever can be iterated. */
export function cursorOf<T>(iterable: Iterable<T> | AsyncIterable<T>): Cursor<T> {
  if (Symbol.asyncIterator in iterable) {
    const iterator = iterable[Symbol.asyncIterator]();
    return {
      next: async () => {
        const { done, value } = await iterator.next();
        return done === true ? null : { value };
      },
      close: async () => {
        await iterator.return?.();
      },
    };
  }
  const iterator = iterable[Symbol.iterator]();
  return {
    next: () => {
      const { done, value } = iterator.next();
      return done === true ? null : { value };
    },
    close: () => {
      iterator.return?.();
    },
  };
}

/** Calls `f` with the value, at once where it is at hand. */
export function whenReady<T, U>(value: T | Promise<T>, f: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(f) : f(value);
}

/** The elements of a cursor up to `count` of them: fewer at the end alone. */
export function gather<T>(source: Cursor<T>, count: number, items: T[] = []): T[] | Promise<T[]> {
  while (items.length < count) {
    const step = source.next();
    if (step instanceof Promise) return step.then((late) => resume(source, count, items, late));
    if (step === null) break;
    items.push(step.value);
  }
  return items;
}

function resume<T>(source: Cursor<T>, count: number, items: T[], late: Step<T>): T[] | Promise<T[]> {
  if (late === null) return items;
  items.push(late.value);
  return gather(source, count, items);
}

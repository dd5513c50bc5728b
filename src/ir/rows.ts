import { type Bytes, bytesIn } from "../util/platform/index.ts";
import type { TypedArray } from "./dtypes.ts";

/** Bytes of a row from which on it is copied by a call. */
const leastCopied = 128;

/** An array of rows of one size, for copies of some of them in any order. */
export class RowCopier {
  readonly data: TypedArray;
  /** Numbers of one row. */
  readonly rowSize: number;
  #bytes: Bytes | null = null;

  constructor(data: TypedArray, rowSize: number) {
    this.data = data;
    this.rowSize = rowSize;
  }

  /** Writes the rows `order[from … to − 1]` one after the other to an array of the same kind. */
  write(target: TypedArray, order: Uint32Array, from: number, to: number): void {
    const { data, rowSize } = this;
    // SAFETY: source and target are arrays of one kind; numbers stand for bigints here.
    const [source, into] = [data as Float32Array, target as Float32Array];
    const rowBytes = rowSize * data.BYTES_PER_ELEMENT;
    if (rowBytes < leastCopied) {
      for (let i = from, k = 0; i < to; i++) {
        const start = (order[i] ?? 0) * rowSize;
        for (let j = 0; j < rowSize; j++) into[k++] = source[start + j] as number; // SAFETY: within bounds
      }
      return;
    }
    // Rows lie far apart: processors wait for the beginnings of many at once, but for those of one copy after another.
    for (let i = from, at = 0; i < to; i++, at += rowSize)
      into[at] = source[(order[i] ?? 0) * rowSize] as number; // SAFETY: within bounds
    const bytes = (this.#bytes ??= bytesIn(data));
    const all = bytesIn(target);
    for (let i = from, at = 0; i < to; i++, at += rowBytes) {
      const start = (order[i] ?? 0) * rowBytes;
      bytes.copyTo(all, at, start, start + rowBytes);
    }
  }
}

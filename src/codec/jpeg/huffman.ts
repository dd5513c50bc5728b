import { FormatError } from "../../util/errors.ts";

/** Codes up to this length are found by one look. */
const quick = 9;

/** A table of codes as files define it: how many codes there are of each length, and what they stand for. */
export interface HuffmanTable {
  /** For the next nine bits: the code's length times 256, plus its value; 0 where the code is longer. */
  readonly quick: Uint16Array;
  /** The largest code of each length, −1 where there is none. */
  readonly last: Int32Array;
  /** What is added to a code of a length to have its place among the values. */
  readonly offset: Int32Array;
  readonly values: Uint8Array;
}

/**
 * Makes the table of codes (JPEG, annex C).
 *
 * @param counts - Codes of the lengths 1 … 16.
 * @throws {FormatError} when there are more codes than fit their lengths.
 */
export function huffmanTable(counts: Uint8Array, values: Uint8Array, where: string): HuffmanTable {
  const table = { quick: new Uint16Array(1 << quick), last: new Int32Array(17).fill(-1), offset: new Int32Array(17), values }; // prettier-ignore
  let [code, place] = [0, 0];
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] ?? 0;
    table.offset[length] = place - code;
    if (code + count > 1 << length)
      throw new FormatError(`${where}: damaged: a Huffman table of the JPEG file has too many codes.`);
    for (let i = 0; i < count; i++, code++, place++) {
      if (length > quick) continue;
      const entry = (length << 8) | (values[place] ?? 0);
      table.quick.fill(entry, code << (quick - length), (code + 1) << (quick - length));
    }
    if (count > 0) table.last[length] = code - 1;
    code <<= 1;
  }
  return table;
}

/** Reads bits of a scan: bytes of 255 are followed by a 0 that does not count, or by a marker, which ends the bits. */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #where: string;
  /** Where the next byte is; at the end of a scan's bits, its marker. */
  at: number;
  #bits = 0;
  #count = 0;
  /** Bits among those held that are not in the file. */
  #invented = 0;

  constructor(bytes: Uint8Array, at: number, where: string) {
    this.#bytes = bytes;
    this.at = at;
    this.#where = where;
  }

  /** Holds at least 25 bits; zeros where the scan has ended. */
  #fill(): void {
    const bytes = this.#bytes;
    while (this.#count <= 24) {
      let byte = bytes[this.at] ?? 0xff;
      if (byte !== 0xff) this.at++;
      else if (bytes[this.at + 1] === 0) this.at += 2;
      else {
        byte = 0;
        this.#invented += 8;
      }
      this.#bits = (this.#bits << 8) | byte;
      this.#count += 8;
    }
  }

  /** The next value by a table of codes. */
  code({ quick: table, last, offset, values }: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const entry = table[(this.#bits >>> (this.#count - quick)) & 511] ?? 0;
    if (entry !== 0) {
      this.#count -= entry >> 8;
      return entry & 255;
    }
    const next = (this.#bits >>> (this.#count - 16)) & 0xffff;
    for (let length = quick + 1; length <= 16; length++) {
      const code = next >> (16 - length);
      if (code <= (last[length] ?? -1)) {
        this.#count -= length;
        return values[code + (offset[length] ?? 0)] ?? 0;
      }
    }
    this.check();
    throw new FormatError(`${this.#where}: damaged: the JPEG file has a code that stands for nothing.`);
  }

  /** A number of up to 16 bits. */
  bits(count: number): number {
    if (this.#count < 16) this.#fill();
    this.#count -= count;
    return (this.#bits >>> this.#count) & ((1 << count) - 1);
  }

  /** A number with a sign: the half of the numbers of a length that begins with 0 is negative (JPEG, F.2.2.1). */
  signed(count: number): number {
    const value = this.bits(count);
    return value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
  }

  /** Throws when more bits were taken than there are. */
  check(): void {
    if (this.#count < this.#invented)
      throw new FormatError(`${this.#where}: the JPEG file is cut short, or damaged.`);
  }

  /** Goes to the next byte, and gives the marker there; 0 where there is none. */
  align(): number {
    this.check();
    this.#bits = 0;
    this.#count = 0;
    this.#invented = 0;
    while (this.#bytes[this.at] === 0xff && this.#bytes[this.at + 1] === 0xff) this.at++;
    return this.#bytes[this.at] === 0xff ? (this.#bytes[this.at + 1] ?? 0) : 0;
  }
}

import { FormatError } from "../../util/errors.ts";
import type { Component, Frame } from "./frame.ts";
import { BitReader, type HuffmanTable } from "./huffman.ts";
import { inverseDct } from "./inverse-dct.ts";
import { zigzag } from "./markers.ts";

/** What the header of a scan says. */
export interface Scan {
  readonly components: readonly Component[];
  /** The frequencies, and the bits of them. */
  readonly first: number;
  readonly last: number;
  readonly highBit: number;
  readonly lowBit: number;
  /** Groups of blocks between two restarts; 0: none. */
  readonly interval: number;
}

/**
 * Reads the bits of a scan into the channels (JPEG, F.2 and G.2).
 *
 * @param at - Where they begin.
 * @returns where the marker after them is.
 * @throws {FormatError} when they are damaged or end too early.
 */
export function readScan(frame: Frame, scan: Scan, bytes: Uint8Array, at: number, where: string): number {
  const reader = new BitReader(bytes, at, where);
  const decoder = new BlockDecoder(reader, scan, where);
  const read = frame.isProgressive ? decoder.progressive() : decoder.whole;
  const [only] = scan.components;
  const isAlone = scan.components.length === 1 && only !== undefined;
  // A channel alone has no blocks but its own; several come in groups, the last of which are filled.
  const wide = isAlone ? only.blocksWide : frame.groupsWide;
  const count = wide * (isAlone ? only.blocksHigh : frame.groupsHigh);
  let restarts = 0;
  for (let n = 0; n < count; n++) {
    if (scan.interval > 0 && n > 0 && n % scan.interval === 0) {
      if (reader.align() !== 0xd0 + (restarts++ & 7))
        throw new FormatError(`${where}: damaged: a part of the JPEG file is not where it is to be.`);
      reader.at += 2;
      decoder.restart();
    }
    const [row, column] = [Math.floor(n / wide), n % wide];
    if (isAlone) read(only, row * only.stride + column);
    else {
      for (const one of scan.components) {
        for (let y = 0; y < one.down; y++) {
          const start = (row * one.down + y) * one.stride + column * one.across;
          for (let x = 0; x < one.across; x++) read(one, start + x);
        }
      }
    }
    reader.check();
  }
  reader.align();
  return reader.at;
}

type ReadBlock = (component: Component, block: number) => void;

/** Reads single blocks. */
class BlockDecoder {
  readonly #reader: BitReader;
  readonly #scan: Scan;
  readonly #where: string;
  readonly #block = new Int16Array(64);
  /** Blocks to come in which nothing new begins. */
  #emptyBlocks = 0;

  constructor(reader: BitReader, scan: Scan, where: string) {
    this.#reader = reader;
    this.#scan = scan;
    this.#where = where;
    this.restart();
  }

  restart(): void {
    this.#emptyBlocks = 0;
    for (const component of this.#scan.components) component.previous = 0;
  }

  #table(table: HuffmanTable | null): HuffmanTable {
    if (table !== null) return table;
    throw new FormatError(`${this.#where}: damaged: the JPEG file lacks a Huffman table.`);
  }

  #beyond(): never {
    throw new FormatError(`${this.#where}: damaged: a block of the JPEG file has too many numbers.`);
  }

  #direct(component: Component): number {
    const length = this.#reader.code(this.#table(component.direct));
    if (length > 15) this.#beyond();
    if (length > 0) component.previous += this.#reader.signed(length);
    return component.previous;
  }

  /** All of a block, in one scan: it becomes pixels at once. */
  readonly whole: ReadBlock = (component, at) => {
    const [reader, block] = [this.#reader, this.#block];
    const table = this.#table(component.alternating);
    block.fill(0);
    block[0] = this.#direct(component);
    for (let k = 1; k < 64; k++) {
      const code = reader.code(table);
      const length = code & 15;
      k += code >> 4;
      if (length === 0) {
        if (code >> 4 < 15) break;
        continue;
      }
      if (k > 63) this.#beyond();
      block[zigzag[k] ?? 0] = reader.signed(length);
    }
    const row = Math.floor(at / component.stride);
    const place = 64 * row * component.stride + 8 * (at - row * component.stride);
    const factors = component.factors ?? noFactors;
    inverseDct(block, 0, factors, component.pixels, place, 8 * component.stride);
  };

  /** The reader for what a scan of several tells of a block. */
  progressive(): ReadBlock {
    const { first, highBit } = this.#scan;
    if (first === 0) return highBit === 0 ? this.#directFirst : this.#directMore;
    return highBit === 0 ? this.#alternatingFirst : this.#alternatingMore;
  }

  readonly #directFirst: ReadBlock = (component, at) => {
    component.coefficients[64 * at] = this.#direct(component) << this.#scan.lowBit;
  };

  readonly #directMore: ReadBlock = ({ coefficients }, at) => {
    if (this.#reader.bits(1) === 1)
      coefficients[64 * at] = (coefficients[64 * at] ?? 0) | (1 << this.#scan.lowBit);
  };

  readonly #alternatingFirst: ReadBlock = ({ coefficients, alternating }, at) => {
    if (this.#emptyBlocks > 0) {
      this.#emptyBlocks--;
      return;
    }
    const [reader, { first, last, lowBit }] = [this.#reader, this.#scan];
    const table = this.#table(alternating);
    for (let k = first; k <= last; k++) {
      const code = reader.code(table);
      const [run, length] = [code >> 4, code & 15];
      if (length === 0 && run < 15) {
        this.#emptyBlocks = (1 << run) - 1 + (run > 0 ? reader.bits(run) : 0);
        return;
      }
      k += run;
      if (length === 0) continue;
      if (k > 63) this.#beyond();
      coefficients[64 * at + (zigzag[k] ?? 0)] = reader.signed(length) << lowBit;
    }
  };

  /** One more bit of the numbers that are not zero, between which new ones begin (JPEG, G.1.2.3). */
  readonly #alternatingMore: ReadBlock = ({ coefficients, alternating }, at) => {
    const [reader, { first, last, lowBit }] = [this.#reader, this.#scan];
    const bit = 1 << lowBit;
    const refine = (place: number, value: number): void => {
      if (reader.bits(1) === 1 && (value & bit) === 0) coefficients[place] = value + (value < 0 ? -bit : bit);
    };
    let k = first;
    if (this.#emptyBlocks === 0) {
      const table = this.#table(alternating);
      for (; k <= last; k++) {
        const code = reader.code(table);
        let run = code >> 4;
        let value = 0;
        if ((code & 15) !== 0) value = reader.bits(1) === 1 ? bit : -bit;
        else if (run < 15) {
          this.#emptyBlocks = (1 << run) + (run > 0 ? reader.bits(run) : 0);
          break;
        }
        for (; k <= last; k++) {
          const place = 64 * at + (zigzag[k] ?? 0);
          const old = coefficients[place] ?? 0;
          if (old !== 0) refine(place, old);
          else if (--run < 0) break;
        }
        if (value === 0) continue;
        if (k > last) this.#beyond();
        coefficients[64 * at + (zigzag[k] ?? 0)] = value;
      }
    }
    if (this.#emptyBlocks === 0) return;
    this.#emptyBlocks--;
    for (; k <= last; k++) {
      const place = 64 * at + (zigzag[k] ?? 0);
      const old = coefficients[place] ?? 0;
      if (old !== 0) refine(place, old);
    }
  };
}

/** Channels have their factors before their first scan is read. */
const noFactors = new Int32Array(64);

/** Pixels of a channel that several scans told of. */
export function pixelsOfCoefficients(component: Component): void {
  const { coefficients, factors, pixels, stride, blocksWide, blocksHigh } = component;
  for (let row = 0; row < blocksHigh; row++) {
    for (let column = 0; column < blocksWide; column++) {
      const from = 64 * (row * stride + column);
      inverseDct(
        coefficients,
        from,
        factors ?? noFactors,
        pixels,
        64 * row * stride + 8 * column,
        8 * stride,
      );
    }
  }
}

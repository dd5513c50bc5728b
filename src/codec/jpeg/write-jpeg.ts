import { DataError } from "../../util/errors.ts";
import type { Pixels } from "../pixels.ts";
import { forwardDct } from "./forward-dct.ts";
import { marker, zigzag } from "./markers.ts";
import { type Plane, planesOf } from "./planes.ts";
import { factorsOf, type StandardTable, standardTables } from "./standard-tables.ts";

/** Codes of values: the bits, and how many. */
type Codes = ReadonlyMap<number, readonly [bits: number, length: number]>;

/**
 * The bytes of a JPEG file of an image, gray or of colours: baseline, colours at half the size, Huffman codes of the
 * standard. They are those that Pillow writes by default.
 *
 * @param quality - 1 … 100.
 * @throws {DataError} for an image of more than 65,535 pixels a side.
 * @see ITU-T T.81
 */
export function writeJpeg(image: Pixels, quality: number, where: string): Uint8Array {
  const { width, height } = image;
  if (Math.max(width, height) > 65_535)
    throw new DataError(
      `${where}: a JPEG file holds 65,535 pixels a side, received ${width} × ${height}. Save it as PNG.`,
    );
  const planes = planesOf(image);
  const tables = planes.length === 1 ? [0] : [0, 1];
  const factors = factorsOf(quality);
  const out = new Bytes();
  out.put(0xff, marker.startOfImage);
  out.part(marker.jfif, [74, 70, 73, 70, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
  for (const table of tables) out.part(marker.quantization, [table, ...(factors[table] ?? [])]);
  const channels = planes.flatMap(({ blocks }, i) => [i + 1, 17 * blocks, Math.min(i, 1)]);
  out.part(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, planes.length, ...channels]);
  const { direct, alternating } = standardTables;
  for (const table of tables) {
    for (const [kind, { counts, values }] of [[0, direct[table] ?? direct[0]], [16, alternating[table] ?? alternating[0]]] as const)
      out.part(marker.huffman, [kind + table, ...counts, ...values]); // prettier-ignore
  }
  const uses = planes.flatMap((_, i) => [i + 1, 17 * Math.min(i, 1)]);
  out.part(marker.startOfScan, [planes.length, ...uses, 0, 63, 0]);
  const writers = planes.map((plane, i) => {
    const table = Math.min(i, 1) as 0 | 1; // SAFETY: brightness has the first tables, colours the second
    return new BlockWriter(plane, factors[table], direct[table], alternating[table], out);
  });
  const group = 8 * (planes[0]?.blocks ?? 1);
  for (let row = 0; row < Math.ceil(height / group); row++)
    for (let column = 0; column < Math.ceil(width / group); column++)
      for (const writer of writers) writer.group(row, column);
  out.flush();
  out.put(0xff, marker.endOfImage);
  return out.whole();
}

/** A file that grows. */
class Bytes {
  #data = new Uint8Array(4096);
  #length = 0;
  #bits = 0;
  #count = 0;

  put(...bytes: number[]): void {
    for (const byte of bytes) {
      if (this.#length === this.#data.length) {
        const grown = new Uint8Array(2 * this.#length);
        grown.set(this.#data);
        this.#data = grown;
      }
      this.#data[this.#length++] = byte;
    }
  }

  part(kind: number, body: readonly number[]): void {
    this.put(0xff, kind, (body.length + 2) >> 8, (body.length + 2) & 255, ...body);
  }

  /** Up to 16 bits; a 0 follows bytes of 255, which would be markers. */
  bits(value: number, length: number): void {
    this.#bits = (this.#bits << length) | (value & ((1 << length) - 1));
    this.#count += length;
    while (this.#count >= 8) {
      this.#count -= 8;
      const byte = (this.#bits >>> this.#count) & 255;
      this.put(byte);
      if (byte === 255) this.put(0);
    }
  }

  /** Fills the last byte with ones. */
  flush(): void {
    if (this.#count > 0) this.bits(127, 8 - this.#count);
  }

  whole(): Uint8Array {
    return this.#data.slice(0, this.#length);
  }
}

function codesOf({ counts, values }: StandardTable): Codes {
  const codes = new Map<number, readonly [number, number]>();
  let [code, at] = [0, 0];
  counts.forEach((count, i) => {
    for (let n = 0; n < count; n++) codes.set(values[at++] ?? 0, [code++, i + 1]);
    code <<= 1;
  });
  return codes;
}

/** Writes the blocks of a channel. */
class BlockWriter {
  readonly #plane: Plane;
  readonly #factors: Uint8Array;
  readonly #direct: Codes;
  readonly #alternating: Codes;
  readonly #out: Bytes;
  readonly #block = new Int32Array(64);
  #previous = 0;

  constructor(
    plane: Plane,
    factors: Uint8Array,
    direct: StandardTable,
    alternating: StandardTable,
    out: Bytes,
  ) {
    this.#plane = plane;
    this.#factors = factors;
    this.#direct = codesOf(direct);
    this.#alternating = codesOf(alternating);
    this.#out = out;
  }

  /** The blocks of a group; those outside the image repeat the mean of the one before. */
  group(row: number, column: number): void {
    const { blocks, width, height } = this.#plane;
    for (let y = row * blocks; y < (row + 1) * blocks; y++) {
      for (let x = column * blocks; x < (column + 1) * blocks; x++) {
        if (8 * y < height && 8 * x < width) this.#write(y, x);
        else {
          this.#number(this.#direct, 0, 0);
          this.#code(this.#alternating, 0);
        }
      }
    }
  }

  #code(codes: Codes, value: number): void {
    const [bits, length] = codes.get(value) ?? [0, 0];
    this.#out.bits(bits, length);
  }

  /** A number after `run` zeros: its length in a code, then its bits. */
  #number(codes: Codes, run: number, value: number): void {
    const length = 32 - Math.clz32(Math.abs(value));
    this.#code(codes, (run << 4) | length);
    if (length > 0) this.#out.bits(value < 0 ? value - 1 : value, length);
  }

  #write(row: number, column: number): void {
    const { height, stride, data } = this.#plane;
    const block = this.#block;
    for (let y = 0; y < 8; y++) {
      const line = Math.min(8 * row + y, height - 1) * stride;
      for (let x = 0; x < 8; x++)
        block[8 * y + x] = (data[line + Math.min(8 * column + x, stride - 1)] ?? 0) - 128;
    }
    forwardDct(block);
    let run = 0;
    for (let k = 0; k < 64; k++) {
      const value = block[zigzag[k] ?? 0] ?? 0;
      const factor = 8 * (this.#factors[k] ?? 1);
      const size = Math.floor((Math.abs(value) + (factor >> 1)) / factor);
      const number = value < 0 ? -size : size;
      if (k === 0) {
        this.#number(this.#direct, 0, number - this.#previous);
        this.#previous = number;
      } else if (number === 0) run++;
      else {
        for (; run > 15; run -= 16) this.#code(this.#alternating, 0xf0);
        this.#number(this.#alternating, run, number);
        run = 0;
      }
    }
    if (run > 0) this.#code(this.#alternating, 0);
  }
}

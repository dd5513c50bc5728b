import { FormatError } from "../../util/errors.ts";
import type { Pixels } from "../pixels.ts";
import { type ColorHints, pixelsOf } from "./colors.ts";
import { type Component, type Frame, readFrame } from "./frame.ts";
import { type HuffmanTable, huffmanTable } from "./huffman.ts";
import { marker, zigzag } from "./markers.ts";
import { pixelsOfCoefficients, readScan, type Scan } from "./scans.ts";

/**
 * Reads a JPEG file: baseline and progressive, gray, colours and inks, channels in all sizes that divide each other. Pixels
 * are those that libjpeg gives with its defaults. Orientation and colour profiles do not count, as in Keras.
 *
 * @throws {FormatError} when it is cut short, damaged, of a kind that is not read, or not JPEG.
 * @see ITU-T T.81, Digital compression and coding of continuous-tone still images
 */
export function readJpeg(bytes: Uint8Array, where: string): Pixels {
  return new JpegReader(bytes, where).read();
}

class JpegReader {
  readonly #bytes: Uint8Array;
  readonly #where: string;
  readonly #factors: (Int32Array | null)[] = [null, null, null, null];
  readonly #direct: (HuffmanTable | null)[] = [null, null, null, null];
  readonly #alternating: (HuffmanTable | null)[] = [null, null, null, null];
  #interval = 0;
  #frame: Frame | null = null;
  #hints: ColorHints = { isJfif: false, adobe: null };

  constructor(bytes: Uint8Array, where: string) {
    this.#bytes = bytes;
    this.#where = where;
  }

  #damaged(what: string): never {
    throw new FormatError(`${this.#where}: damaged: ${what} of the JPEG file makes no sense.`);
  }

  #cutShort(): never {
    throw new FormatError(`${this.#where}: the JPEG file is cut short.`);
  }

  read(): Pixels {
    const bytes = this.#bytes;
    if (bytes[0] !== 0xff || bytes[1] !== marker.startOfImage)
      throw new FormatError(`${this.#where}: this is not a JPEG file.`);
    for (let at = 2; ;) {
      // What stands between parts, which it should not, is passed over, as other readers do.
      while (at < bytes.length && bytes[at] !== 0xff) at++;
      while (bytes[at] === 0xff) at++;
      if (at >= bytes.length) this.#cutShort();
      const kind = bytes[at++] ?? 0;
      if (kind === marker.endOfImage) return this.#finish();
      if (kind === 0 || kind === 1 || (kind >= 0xd0 && kind <= marker.startOfImage)) continue;
      const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      if (at + Math.max(2, length) > bytes.length) this.#cutShort();
      if (length < 2) this.#damaged("the length of a part");
      const body = bytes.subarray(at + 2, at + length);
      at += length;
      if (kind === marker.startOfScan) {
        const frame = this.#frame ?? this.#damaged("the order of parts");
        at = readScan(frame, this.#scan(frame, body), bytes, at, this.#where);
      } else this.#readPart(kind, body);
    }
  }

  #finish(): Pixels {
    const frame = this.#frame;
    if (frame === null || frame.components.some(({ told }) => told[0] === -1))
      throw new FormatError(`${this.#where}: the JPEG file has no whole image in it.`);
    if (frame.isProgressive) frame.components.forEach(pixelsOfCoefficients);
    return pixelsOf(frame, this.#hints);
  }

  #readPart(kind: number, body: Uint8Array): void {
    if (kind === marker.quantization) this.#readFactors(body);
    else if (kind === marker.huffman) this.#readTables(body);
    else if (kind === marker.restartInterval) this.#interval = ((body[0] ?? 0) << 8) | (body[1] ?? 0);
    else if (kind === marker.jfif && startsWith(body, "JFIF\0") && body.length >= 12)
      this.#hints = { ...this.#hints, isJfif: true };
    else if (kind === marker.adobe && startsWith(body, "Adobe") && body.length >= 12)
      this.#hints = { ...this.#hints, adobe: body[11] ?? 0 };
    else if (kind >= 0xc0 && kind <= 0xcf && kind !== 0xc8 && kind !== marker.arithmetic) {
      if (this.#frame !== null) this.#damaged("a second header");
      this.#frame = readFrame(kind, body, this.#bytes.length, this.#where);
    }
  }

  #readFactors(body: Uint8Array): void {
    for (let at = 0; at < body.length;) {
      const head = body[at++] ?? 0;
      const size = head >> 4 === 0 ? 1 : 2;
      if (head >> 4 > 1 || (head & 15) > 3 || at + 64 * size > body.length)
        this.#damaged("a table of factors");
      const factors = new Int32Array(64);
      for (let k = 0; k < 64; k++, at += size)
        factors[zigzag[k] ?? 0] = size === 1 ? (body[at] ?? 0) : ((body[at] ?? 0) << 8) | (body[at + 1] ?? 0);
      this.#factors[head & 15] = factors;
    }
  }

  #readTables(body: Uint8Array): void {
    for (let at = 0; at < body.length;) {
      const head = body[at] ?? 0;
      const counts = body.subarray(at + 1, at + 17);
      const count = counts.reduce((sum, n) => sum + n, 0);
      const end = at + 17 + count;
      if (head >> 4 > 1 || (head & 15) > 3 || count > 256 || end > body.length)
        this.#damaged("a Huffman table");
      const table = huffmanTable(counts, body.slice(at + 17, end), this.#where);
      (head >> 4 === 0 ? this.#direct : this.#alternating)[head & 15] = table;
      at = end;
    }
  }

  /** Reads the header of a scan (JPEG, B.2.3), and readies its channels. */
  #scan(frame: Frame, body: Uint8Array): Scan {
    const count = body[0] ?? 0;
    if (count < 1 || count > 4 || body.length !== 4 + 2 * count) this.#damaged("the header of a scan");
    const [first = 0, last = 0, bits = 0] = body.subarray(1 + 2 * count);
    const [highBit, lowBit] = [bits >> 4, bits & 15];
    const components = Array.from({ length: count }, (_, i) => {
      const [id = 0, tables = 0] = body.subarray(1 + 2 * i);
      const component =
        frame.components.find((one) => one.id === id) ?? this.#damaged("the header of a scan");
      component.direct = this.#direct[tables >> 4] ?? null;
      component.alternating = this.#alternating[tables & 15] ?? null;
      return component;
    });
    const blocks = components.reduce((sum, { across, down }) => sum + across * down, 0);
    const isTwice = new Set(components).size < count;
    if (isTwice || (count > 1 && blocks > 10)) this.#damaged("the header of a scan");
    const scan = { components, first, last, highBit, lowBit, interval: this.#interval };
    if (frame.isProgressive) this.#checkOrder(scan);
    for (const component of components) this.#ready(frame, component, scan);
    return frame.isProgressive ? scan : { ...scan, first: 0, last: 63, highBit: 0, lowBit: 0 };
  }

  /** Scans tell of the first frequency or of others of one channel, and of bits one by one, from above. */
  #checkOrder({ components, first, last, highBit, lowBit }: Scan): void {
    const isRange = first === 0 ? last === 0 : last >= first && last < 64 && components.length === 1;
    const isBit = lowBit < 14 && (highBit === 0 || highBit === lowBit + 1);
    if (!isRange || !isBit) this.#damaged("the header of a scan");
    for (const { told } of components) {
      for (let k = first; k <= last; k++)
        if (told[k] !== (highBit === 0 ? -1 : highBit)) this.#damaged("the order of scans");
    }
  }

  #ready(frame: Frame, component: Component, { first, last, lowBit }: Scan): void {
    const isFirst = component.factors === null;
    if (!frame.isProgressive && !isFirst) this.#damaged("a second scan of a channel");
    const size = 64 * component.stride * component.rows;
    if (isFirst) {
      component.factors = this.#factors[component.factorsAt] ?? this.#damaged("a missing table of factors");
      component.pixels = new Uint8Array(size);
      if (frame.isProgressive) component.coefficients = new Int16Array(size);
    }
    if (frame.isProgressive) component.told.fill(lowBit, first, last + 1);
    else component.told.fill(0);
  }
}

function startsWith(body: Uint8Array, text: string): boolean {
  return [...text].every((letter, i) => body[i] === letter.charCodeAt(0));
}

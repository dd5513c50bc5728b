import { FormatError } from "../util/errors.ts";

/**
 * Reads little-endian numbers out of bytes from outside, and never beyond their end.
 * Every failure is a {@link FormatError} that opens with `where`: the file, and the part of it.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly where: string;
  /** Where the next read starts. */
  position: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, where: string, position = 0) {
    this.bytes = bytes;
    this.where = where;
    this.position = position;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Throws with the place of this reader in front. */
  fail(message: string): never {
    throw new FormatError(`${this.where}: ${message}`);
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** Checks that `count` bytes are there, moves past them, and returns where they start. */
  take(count: number): number {
    const start = this.position;
    if (!Number.isSafeInteger(count) || count < 0 || start < 0 || start + count > this.bytes.length) {
      this.fail(
        `cut short or damaged: ${count} bytes were expected at ${start}, but only ${Math.max(0, this.bytes.length - start)} are there`,
      );
    }
    this.position = start + count;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.take(4), true);
  }

  /** A 64-bit number; refused beyond 2^53, where nothing in a real file lies. */
  u64(): number {
    const start = this.take(8);
    const value = this.#view.getUint32(start, true) + this.#view.getUint32(start + 4, true) * 2 ** 32;
    if (!Number.isSafeInteger(value)) this.fail(`damaged: the 64-bit number at ${start} is absurdly large`);
    return value;
  }

  /** An unsigned number of 1 to 8 bytes. */
  uint(size: number): number {
    const start = this.take(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (this.bytes[start + i] ?? 0);
    if (!Number.isSafeInteger(value)) this.fail(`damaged: the number at ${start} is absurdly large`);
    return value;
  }

  /** A view of the next `count` bytes. */
  view(count: number): Uint8Array {
    const start = this.take(count);
    return this.bytes.subarray(start, start + count);
  }

  /** A copy of the next `count` bytes in a buffer of their own. */
  copy(count: number): ArrayBuffer {
    const start = this.take(count);
    const copy = new Uint8Array(count);
    copy.set(this.bytes.subarray(start, start + count));
    return copy.buffer;
  }

  /** Checks that the next bytes are these characters. */
  signature(expected: string): void {
    const start = this.position;
    const bytes = this.view(expected.length);
    for (let i = 0; i < expected.length; i++) {
      if (bytes[i] !== expected.charCodeAt(i)) this.fail(`damaged: expected "${expected}" at ${start}`);
    }
  }
}

/** The characters of UTF-8 bytes, or `undefined` where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** One character per byte. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

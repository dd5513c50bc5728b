import { FormatError } from "../util/errors.ts";
import { adler32, crc32 } from "./checksums.ts";
import { ByteReader } from "./byte-reader.ts";

/** Deflate cannot make data smaller than this (RFC 1951: 258 bytes from 2 bits), so larger claims are false. */
export const maxDeflateRatio = 1032;

/** The inflating functions, once their code is loaded. */
export interface Inflater {
  /** Inflates a raw deflate stream to exactly `size` bytes. */
  raw(data: Uint8Array, size: number, where: string): Uint8Array;
  /** Inflates a zlib stream (RFC 1950) to at most `size` bytes and verifies its checksum. */
  zlib(data: Uint8Array, size: number, where: string): Uint8Array;
}

/** Loads the code that inflates; it is not part of a page that never does. */
export async function loadInflater(): Promise<Inflater> {
  const { inflateSync } = await import("fflate");
  const inflate = (data: Uint8Array, size: number, where: string): Uint8Array => {
    if (size > data.length * maxDeflateRatio + 64) {
      throw new FormatError(
        `${where}: damaged: ${data.length} compressed bytes cannot hold the ${size} bytes they are said to`,
      );
    }
    try {
      // One byte too many shows when there is more data than was declared; the memory taken stays bounded.
      return inflateSync(data, { out: new Uint8Array(size + 1) });
    } catch (error) {
      throw new FormatError(
        `${where}: the compressed data is damaged (${error instanceof Error ? error.message : String(error)})`,
        { cause: error },
      );
    }
  };
  return {
    raw(data, size, where) {
      const out = inflate(data, size, where);
      if (out.length !== size)
        throw new FormatError(
          `${where}: damaged: expected ${size} bytes after inflating, there are ${out.length > size ? "more" : out.length}`,
        );
      return out;
    },
    zlib(data, size, where) {
      const [method = 0, flags = 0] = data;
      if (data.length < 6 || (method & 15) !== 8 || ((method << 8) | flags) % 31 !== 0 || flags & 32) {
        throw new FormatError(`${where}: damaged: the compressed data does not start as a zlib stream`);
      }
      const out = inflate(data.subarray(2, -4), size, where);
      if (out.length > size)
        throw new FormatError(`${where}: damaged: more than the expected ${size} bytes after inflating`);
      const trailer = new DataView(data.buffer, data.byteOffset + data.length - 4, 4);
      if (adler32(out) !== trailer.getUint32(0))
        throw new FormatError(`${where}: damaged: the checksum of the compressed data does not match`);
      return out;
    },
  };
}

/** Deflates bytes (raw stream, no header). */
export async function deflate(data: Uint8Array): Promise<Uint8Array> {
  const { deflateSync } = await import("fflate");
  return deflateSync(data);
}

/**
 * Inflates a `.gz` file (RFC 1952, one member) and verifies its checksum.
 *
 * @throws {FormatError} when it is cut short, damaged or not gzip.
 */
export async function gunzip(bytes: Uint8Array, where: string): Promise<Uint8Array> {
  const reader = new ByteReader(bytes, where);
  if (reader.u16() !== 0x8b1f) reader.fail("this is not a gzip file");
  if (reader.u8() !== 8) reader.fail("unknown gzip compression method");
  const flags = reader.u8();
  reader.take(6); // time, extra flags, system
  if (flags & 4) reader.take(reader.u16());
  for (const text of [8, 16]) if (flags & text) while (reader.u8() !== 0);
  if (flags & 2) reader.take(2);
  const start = reader.position;
  reader.take(8);
  const trailer = new ByteReader(bytes, where, bytes.length - 8);
  const checksum = trailer.u32();
  const size = trailer.u32();
  const { raw } = await loadInflater();
  const data = raw(bytes.subarray(start, -8), size, where);
  if (crc32(data) !== checksum) reader.fail("damaged: the checksum of the compressed data does not match");
  return data;
}

/** Makes a `.gz` file of bytes, without name and time. */
export async function gzip(data: Uint8Array): Promise<Uint8Array> {
  const body = await deflate(data);
  const out = new Uint8Array(body.length + 18);
  out.set([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  out.set(body, 10);
  const view = new DataView(out.buffer);
  view.setUint32(out.length - 8, crc32(data), true);
  view.setUint32(out.length - 4, data.length >>> 0, true);
  return out;
}

import { FormatError } from "../util/errors.ts";
import type { Pixels } from "./pixels.ts";

/** Whether bytes begin as those of a BMP file do. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

interface Header {
  readonly width: number;
  readonly height: number;
  /** Rows go from top to bottom. */
  readonly isTopDown: boolean;
  readonly depth: number;
  /** 0: none; 1, 2: runs of 8 or 4 bits; 3: masks of bits. */
  readonly compression: number;
  readonly masks: readonly number[];
  readonly palette: Uint8Array;
  /** Bytes of a colour in the palette. */
  readonly colorBytes: number;
  readonly data: Uint8Array;
}

/** The largest image that is read: 2^28 numbers. */
const largest = 2 ** 28;

/**
 * Reads a BMP file of 1, 4, 8, 16, 24 or 32 bits, with palettes, masks or runs.
 *
 * @throws {FormatError} when it is cut short, damaged, of another kind or not BMP.
 * @see Microsoft, Bitmap Storage (BITMAPINFOHEADER, BITMAPV5HEADER)
 */
export function readBmp(bytes: Uint8Array, where: string): Pixels {
  if (!isBmp(bytes)) throw new FormatError(`${where}: this is not a BMP file.`);
  const header = readHeader(bytes, where);
  const { width, height, depth, compression } = header;
  if (compression === 1 || compression === 2) return fromPalette(header, readRuns(header, where));
  const rowBytes = 4 * Math.ceil((width * depth) / 32);
  if (header.data.length < rowBytes * (height - 1) + Math.ceil((width * depth) / 8))
    throw new FormatError(`${where}: the BMP file is cut short.`);
  return depth <= 8 ? fromPalette(header, readPlaces(header, rowBytes)) : readColors(header, rowBytes);
}

function readHeader(bytes: Uint8Array, where: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const senseless = (): never => {
    throw new FormatError(`${where}: damaged: the header of the BMP file makes no sense.`);
  };
  if (bytes.length < 26) throw new FormatError(`${where}: the BMP file is cut short.`);
  const start = view.getUint32(10, true);
  const size = view.getUint32(14, true);
  if (bytes.length < 14 + size || start > bytes.length)
    throw new FormatError(`${where}: the BMP file is cut short.`);
  const isOld = size === 12;
  if (!isOld && size < 40) senseless();
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const signed = isOld ? view.getUint16(20, true) : view.getInt32(22, true);
  const depth = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld ? 0 : view.getUint32(30, true);
  const height = Math.abs(signed);
  if (![1, 4, 8, 16, 24, 32].includes(depth) || width <= 0 || height === 0) senseless();
  const fits = [true, depth === 8, depth === 4, depth === 16 || depth === 32][compression];
  if (fits === undefined)
    throw new FormatError(
      `${where}: expected a plain BMP file, received one compressed in way ${compression}.`,
    );
  if (!fits || (signed < 0 && compression !== 0 && compression !== 3)) senseless();
  if (width * height * (depth < 32 ? 3 : 4) > largest)
    throw new FormatError(`${where}: an image of ${width} × ${height} pixels is larger than what is read.`);
  const colorBytes = isOld ? 3 : 4;
  const named = isOld ? 0 : view.getUint32(46, true);
  const colors = depth > 8 ? 0 : named === 0 ? 2 ** depth : Math.min(named, 2 ** depth);
  let masks: readonly number[] = depth === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  let tables = 14 + size;
  if (compression === 3) {
    if (bytes.length < 70 && (size > 40 || bytes.length < 66))
      throw new FormatError(`${where}: the BMP file is cut short.`);
    masks = [54, 58, 62, 66].map((at) => (at < 66 || size >= 56 ? view.getUint32(at, true) : 0));
    if (size === 40) tables += 12;
  }
  const palette = bytes.subarray(tables, tables + colors * colorBytes);
  const data = bytes.subarray(start);
  return { width, height, isTopDown: signed < 0, depth, compression, masks, palette, colorBytes, data };
}

/** Places in the palette, from top to bottom. */
function readPlaces({ width, height, depth, data, isTopDown }: Header, rowBytes: number): Uint8Array {
  const places = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = (isTopDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      places[y * width + x] = ((data[row + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
    }
  }
  return places;
}

/** Places in the palette, of runs of one or (of 4 bits) two of them. */
function readRuns({ width, height, depth, data }: Header, where: string): Uint8Array {
  const cutShort = (): never => {
    throw new FormatError(`${where}: the BMP file is cut short, or damaged.`);
  };
  if (width * height > 256 * data.length) cutShort();
  const places = new Uint8Array(width * height);
  let [at, x, y] = [0, 0, height - 1];
  const put = (place: number): void => {
    if (x < width && y >= 0) places[y * width + x] = place;
    x++;
  };
  const half = (byte: number, i: number): number =>
    depth === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15;
  for (;;) {
    const [count, value] = [data[at] ?? cutShort(), data[at + 1] ?? cutShort()];
    at += 2;
    if (count > 0) for (let i = 0; i < count; i++) put(half(value, i));
    else if (value === 0) [x, y] = [0, y - 1];
    else if (value === 1) return places;
    else if (value === 2) {
      x += data[at] ?? cutShort();
      y -= data[at + 1] ?? cutShort();
      at += 2;
    } else {
      for (let i = 0; i < value; i++) put(half(data[at + (depth === 8 ? i : i >> 1)] ?? cutShort(), i));
      at += 2 * Math.ceil(value / (depth === 8 ? 2 : 4));
    }
    if (y < -1) cutShort();
  }
}

function fromPalette({ width, height, palette, colorBytes }: Header, places: Uint8Array): Pixels {
  const data = new Uint8Array(width * height * 3);
  places.forEach((place, i) => {
    for (let c = 0; c < 3; c++) data[3 * i + c] = palette[place * colorBytes + 2 - c] ?? 0;
  });
  return { mode: "RGB", width, height, data };
}

/** Colours of 16, 24 or 32 bits; with opacity where there is a mask for it. */
function readColors({ width, height, depth, masks, data, isTopDown }: Header, rowBytes: number): Pixels {
  const channels = (masks[3] ?? 0) === 0 || depth === 24 ? 3 : 4;
  const out = new Uint8Array(width * height * channels);
  const parts = masks.slice(0, channels).map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { shift, most: mask >>> shift };
  });
  const bytesOf = depth / 8;
  for (let y = 0; y < height; y++) {
    const row = (isTopDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++) {
      let value = 0;
      for (let i = 0; i < bytesOf; i++) value |= (data[row + x * bytesOf + i] ?? 0) << (8 * i);
      parts.forEach(({ shift, most }, c) => {
        out[(y * width + x) * channels + c] =
          most === 0 ? 0 : Math.floor((((value >>> shift) & most) * 255) / most);
      });
    }
  }
  return { mode: channels === 3 ? "RGB" : "RGBA", width, height, data: out };
}

import { crc32 } from "./checksums.ts";
import { loadInflater } from "./inflate.ts";
import { FormatError } from "../util/errors.ts";
import { joinBytes } from "../util/join-bytes.ts";
import { channelsOf, type PixelMode, type Pixels } from "./pixels.ts";

const signature = [137, 80, 78, 71, 13, 10, 26, 10];

/** Whether bytes begin as those of a PNG file do. */
export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
  readonly interlaced: boolean;
}

/** Numbers of a pixel in the file, by colour type (PNG, table 11.1); and the depths there are. */
const colorTypes: Readonly<
  Record<number, { readonly channels: number; readonly depths: readonly number[] }>
> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** Where the pixels of the seven passes of an interlaced image are: first column and row, and the distances. */
const passes = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] as const; // prettier-ignore

/** The largest image that is read: 2^28 numbers. */
const largest = 2 ** 28;

/**
 * Reads a PNG file: all colour types and depths, interlaced or not. Gray of 16 bits stays so; other 16-bit numbers lose
 * their lower half, palettes and transparent colours are resolved.
 *
 * @throws {FormatError} when it is cut short, damaged or not PNG.
 * @see Portable Network Graphics (PNG) Specification, W3C
 */
export async function readPng(bytes: Uint8Array, where: string): Promise<Pixels> {
  if (!isPng(bytes)) throw new FormatError(`${where}: this is not a PNG file.`);
  let header: Header | null = null;
  let palette: Uint8Array = new Uint8Array(0);
  let transparency: Uint8Array | null = null;
  const data: Uint8Array[] = [];
  for (const { type, body } of chunksOf(bytes, where)) {
    if (type === "IHDR") header = headerOf(body, where);
    else if (type === "PLTE") palette = body;
    else if (type === "tRNS") transparency = body;
    else if (type === "IDAT") data.push(body);
  }
  if (header === null || data.length === 0)
    throw new FormatError(`${where}: the PNG file has no image in it.`);
  const samples = await samplesOf(header, joinBytes(data), where);
  return resolve(header, samples, palette, transparency);
}

function* chunksOf(bytes: Uint8Array, where: string): Generator<{ type: string; body: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) throw new FormatError(`${where}: the PNG file is cut short.`);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end))
      throw new FormatError(
        `${where}: damaged: the checksum of its part ${JSON.stringify(type)} does not match.`,
      );
    if (type === "IEND") return;
    yield { type, body: bytes.subarray(at + 8, end) };
    at = end + 4;
  }
  throw new FormatError(`${where}: the PNG file is cut short.`);
}

function headerOf(body: Uint8Array, where: string): Header {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  if (body.length !== 13)
    throw new FormatError(`${where}: damaged: the PNG header has ${body.length} bytes.`);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, color = 0, compression, filter, interlace = 0] = body.subarray(8);
  const type = colorTypes[color];
  const isKnown = type?.depths.includes(depth) === true && compression === 0 && filter === 0 && interlace < 2;
  if (!isKnown || width === 0 || height === 0)
    throw new FormatError(`${where}: damaged: the PNG header makes no sense.`);
  if (width * height * type.channels > largest)
    throw new FormatError(`${where}: an image of ${width} × ${height} pixels is larger than what is read.`);
  return { width, height, depth, color, interlaced: interlace === 1 };
}

/** The numbers of all pixels, as the file has them. */
async function samplesOf(header: Header, compressed: Uint8Array, where: string): Promise<Uint16Array> {
  const { width, height, depth, color, interlaced } = header;
  const channels = colorTypes[color]?.channels ?? 1;
  const parts = (interlaced ? passes : [[0, 0, 1, 1] as const]).map(([x, y, dx, dy]) => ({
    x, y, dx, dy,
    columns: Math.max(0, Math.ceil((width - x) / dx)), rows: Math.max(0, Math.ceil((height - y) / dy)),
  })); // prettier-ignore
  const rowBytes = (columns: number): number => Math.ceil((columns * channels * depth) / 8);
  const size = parts.reduce(
    (sum, { columns, rows }) => sum + (columns === 0 ? 0 : rows * (1 + rowBytes(columns))),
    0,
  );
  const { zlib } = await loadInflater();
  const raw = zlib(compressed, size, where);
  if (raw.length !== size)
    throw new FormatError(`${where}: damaged: the image has ${raw.length} bytes, not ${size}.`);
  const samples = new Uint16Array(width * height * channels);
  const distance = Math.max(1, (channels * depth) >> 3);
  let at = 0;
  for (const { x, y, dx, dy, columns, rows } of parts) {
    if (columns === 0) continue;
    const length = rowBytes(columns);
    let above: Uint8Array = new Uint8Array(length);
    for (let row = 0; row < rows; row++) {
      const line = raw.subarray(at + 1, at + 1 + length);
      unfilter(raw[at] ?? 0, line, above, distance, where);
      for (let i = 0; i < columns * channels; i++) {
        const column = Math.floor(i / channels);
        const place = ((y + row * dy) * width + x + column * dx) * channels + (i % channels);
        samples[place] = sampleAt(line, i, depth);
      }
      above = line;
      at += 1 + length;
    }
  }
  return samples;
}

function sampleAt(line: Uint8Array, i: number, depth: number): number {
  if (depth === 8) return line[i] ?? 0;
  if (depth === 16) return ((line[2 * i] ?? 0) << 8) | (line[2 * i + 1] ?? 0);
  const bit = i * depth;
  return ((line[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

/** Undoes the filter of a row, in its place (PNG, 9.2). */
function unfilter(
  filter: number,
  line: Uint8Array,
  above: Uint8Array,
  distance: number,
  where: string,
): void {
  if (filter > 4) throw new FormatError(`${where}: damaged: there is no filter ${filter} of rows.`);
  if (filter === 0) return;
  for (let i = 0; i < line.length; i++) {
    const left = i < distance ? 0 : (line[i - distance] ?? 0);
    const up = above[i] ?? 0;
    const corner = i < distance ? 0 : (above[i - distance] ?? 0);
    const guess =
      filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, corner);
    line[i] = (line[i] ?? 0) + guess;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const p = left + up - corner;
  const [a, b, c] = [Math.abs(p - left), Math.abs(p - up), Math.abs(p - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** Pixels without palettes and transparent colours, of 8 bits, or of 16 for gray alone. */
function resolve(
  { width, height, depth, color }: Header,
  samples: Uint16Array,
  palette: Uint8Array,
  transparency: Uint8Array | null,
): Pixels {
  const size = { width, height };
  if (color === 3) return fromPalette(size, samples, palette, transparency);
  if (color === 0 && depth === 16) return { ...size, mode: "I;16", data: samples };
  const most = 2 ** depth - 1;
  const bytes = Uint8Array.from(samples, (value) => (depth === 16 ? value >> 8 : (value * 255) / most));
  const mode: PixelMode = color === 0 ? "L" : color === 2 ? "RGB" : color === 4 ? "LA" : "RGBA";
  if (transparency === null || color > 2) return { ...size, mode, data: bytes };
  // One colour is transparent.
  const channels = channelsOf[mode];
  const clear = Array.from(
    { length: channels },
    (_, i) => ((transparency[2 * i] ?? 0) << 8) | (transparency[2 * i + 1] ?? 0),
  );
  const data = new Uint8Array(width * height * (channels + 1));
  for (let i = 0; i < width * height; i++) {
    const isClear = clear.every((value, c) => samples[i * channels + c] === value);
    for (let c = 0; c < channels; c++) data[i * (channels + 1) + c] = bytes[i * channels + c] ?? 0;
    data[i * (channels + 1) + channels] = isClear ? 0 : 255;
  }
  return { ...size, mode: channels === 1 ? "LA" : "RGBA", data };
}

function fromPalette(
  size: { readonly width: number; readonly height: number },
  samples: Uint16Array,
  palette: Uint8Array,
  transparency: Uint8Array | null,
): Pixels {
  const channels = transparency === null ? 3 : 4;
  const data = new Uint8Array(samples.length * channels);
  samples.forEach((entry, i) => {
    for (let c = 0; c < 3; c++) data[i * channels + c] = palette[entry * 3 + c] ?? 0;
    if (transparency !== null) data[i * channels + 3] = transparency[entry] ?? 255;
  });
  return { ...size, mode: channels === 3 ? "RGB" : "RGBA", data };
}

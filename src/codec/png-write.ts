import { joinBytes } from "../util/join-bytes.ts";
import { adler32, crc32 } from "./checksums.ts";
import { deflate } from "./inflate.ts";
import { channelsOf, type PixelMode, type Pixels } from "./pixels.ts";

const colorTypes: Readonly<Record<PixelMode, number>> = { L: 0, "I;16": 0, LA: 4, RGB: 2, RGBA: 6 };

/** The bytes of a PNG file of an image. Rows are stored as differences to those above, which packs photographs well. */
export async function writePng({ mode, width, height, data }: Pixels): Promise<Uint8Array> {
  const isWide = data instanceof Uint16Array;
  const bytes = isWide ? bigEndian(data) : data;
  const length = width * channelsOf[mode] * (isWide ? 2 : 1);
  const rows = new Uint8Array(height * (1 + length));
  for (let row = 0; row < height; row++) {
    // Filter 2: what is above is subtracted.
    rows[row * (1 + length)] = 2;
    for (let i = 0; i < length; i++) {
      const above = row === 0 ? 0 : (bytes[(row - 1) * length + i] ?? 0);
      rows[row * (1 + length) + 1 + i] = (bytes[row * length + i] ?? 0) - above;
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([isWide ? 16 : 8, colorTypes[mode], 0, 0, 0], 8);
  const body = await deflate(rows);
  const stream = new Uint8Array(body.length + 6);
  stream.set([0x78, 0x9c]);
  stream.set(body, 2);
  new DataView(stream.buffer).setUint32(stream.length - 4, adler32(rows));
  const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
  return joinBytes([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", stream),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

function bigEndian(data: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(data.length * 2);
  data.forEach((value, i) => bytes.set([value >> 8, value & 255], 2 * i));
  return bytes;
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + body.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, body.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(body, 8);
  view.setUint32(8 + body.length, crc32(out.subarray(4, 8 + body.length)));
  return out;
}

import { FormatError } from "../util/errors.ts";
import type { Pixels } from "./pixels.ts";

/** Whether bytes begin as those of a GIF file do. */
export function isGif(bytes: Uint8Array): boolean {
  return ["GIF87a", "GIF89a"].some((text) =>
    [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0)),
  );
}

/** The largest image that is read: 2^28 numbers. */
const largest = 2 ** 28;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Places in the palette. */
  readonly places: Uint8Array;
}

/**
 * Reads the first image of a GIF file. What it leaves free of the screen is transparent where a colour is, else the first of
 * the palette, as in Pillow.
 *
 * @throws {FormatError} when it is cut short, damaged or not GIF.
 * @see GIF89a Specification, CompuServe 1990
 */
export function readGif(bytes: Uint8Array, where: string): Pixels {
  if (!isGif(bytes)) throw new FormatError(`${where}: this is not a GIF file.`);
  const cutShort = (): never => {
    throw new FormatError(`${where}: the GIF file is cut short.`);
  };
  const byte = (at: number): number => bytes[at] ?? cutShort();
  const short = (at: number): number => byte(at) | (byte(at + 1) << 8);
  const [width, height] = [short(6), short(8)];
  const colors = (flags: number): number => ((flags & 128) === 0 ? 0 : 3 * (2 << (flags & 7)));
  let at = 13 + colors(byte(10));
  let palette = bytes.subarray(13, at);
  let clear = -1;
  for (;;) {
    const kind = byte(at++);
    if (kind === 0x3b) throw new FormatError(`${where}: the GIF file has no image in it.`);
    if (kind === 0x21) {
      if (byte(at) === 0xf9 && byte(at + 1) >= 4) clear = (byte(at + 2) & 1) === 1 ? byte(at + 5) : -1;
      at++;
      while (byte(at) !== 0) at += 1 + byte(at);
      at++;
      continue;
    }
    if (kind !== 0x2c)
      throw new FormatError(`${where}: damaged: the GIF file has a part of an unknown kind.`);
    const [left, top, frameWidth, frameHeight] = [short(at), short(at + 2), short(at + 4), short(at + 6)];
    const flags = byte(at + 8);
    at += 9;
    const own = colors(flags);
    if (own > 0) palette = bytes.subarray(at, at + own);
    at += own;
    const size = { left, top, width: frameWidth, height: frameHeight };
    checkSizes(width, height, size, bytes.length, where);
    const lines = readCodes(bytes, at, frameWidth * frameHeight, where);
    const places = (flags & 64) === 0 ? lines : inOrder(lines, frameWidth, frameHeight);
    return paint(width, height, { ...size, places }, palette, clear);
  }
}

function checkSizes(
  width: number,
  height: number,
  frame: Omit<Frame, "places">,
  fileLength: number,
  where: string,
): void {
  const size = frame.width * frame.height;
  const isInside = frame.left + frame.width <= width && frame.top + frame.height <= height;
  if (size === 0 || !isInside)
    throw new FormatError(`${where}: damaged: the sizes in the GIF file make no sense.`);
  if (width * height * 4 > largest || width * height * 4 > Math.max(2 ** 24, 256 * size))
    throw new FormatError(`${where}: an image of ${width} × ${height} pixels is larger than what is read.`);
  // A code of three bits stands for 4096 pixels at most.
  if (size > 11_000 * fileLength) throw new FormatError(`${where}: the GIF file is cut short.`);
}

/** Undoes the compression: codes that stand for what was before and one pixel more (GIF89a, appendix F). */
function readCodes(bytes: Uint8Array, from: number, count: number, where: string): Uint8Array {
  const damaged = (): never => {
    throw new FormatError(`${where}: the GIF file is cut short, or damaged.`);
  };
  const smallest = bytes[from] ?? damaged();
  if (smallest < 1 || smallest > 8) damaged();
  const [restart, end] = [1 << smallest, (1 << smallest) + 1];
  const out = new Uint8Array(count);
  // Where each code's pixels are in the output, and how many.
  const places = new Uint32Array(4096);
  const lengths = new Uint16Array(4096);
  let [at, left, bits, held, size, next, done, before] = [from + 1, 0, 0, 0, smallest + 1, end + 1, 0, -1];
  while (done < count) {
    while (held < size) {
      if (left === 0) left = bytes[at++] ?? 0;
      if (left === 0 || at >= bytes.length) damaged();
      bits |= (bytes[at++] ?? 0) << held;
      held += 8;
      left--;
    }
    const code = bits & ((1 << size) - 1);
    bits >>>= size;
    held -= size;
    if (code === end) break;
    if (code === restart) {
      [size, next, before] = [smallest + 1, end + 1, -1];
      continue;
    }
    if (code > next || (code === next && before === -1)) damaged();
    const start = done;
    if (code < restart) out[done++] = code;
    else {
      // The code that is just being made is the last one's pixels, and the first of them again.
      const isNew = code === next;
      const place = isNew ? before : (places[code] ?? 0);
      const length = isNew ? done - before + 1 : (lengths[code] ?? 0);
      for (let i = 0; i < length && done < count; i++) out[done++] = out[place + i] ?? 0;
    }
    if (before !== -1 && next < 4096) {
      places[next] = before;
      lengths[next] = start - before + 1;
      next++;
      if (next === 1 << size && size < 12) size++;
    }
    before = start;
  }
  if (done < count) damaged();
  return out;
}

/** The rows of an interlaced image: every eighth, those between, and so on. */
function inOrder(lines: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(lines.length);
  let line = 0;
  for (const [first, step] of [[0, 8], [4, 8], [2, 4], [1, 2]] as const) {
    for (let row = first; row < height; row += step, line++)
      out.set(lines.subarray(line * width, (line + 1) * width), row * width);
  } // prettier-ignore
  return out;
}

function paint(width: number, height: number, frame: Frame, palette: Uint8Array, clear: number): Pixels {
  const channels = clear === -1 ? 3 : 4;
  const data = new Uint8Array(width * height * channels);
  const outside = Math.max(clear, 0);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      const [column, row] = [x - frame.left, y - frame.top];
      const isInside = column >= 0 && row >= 0 && column < frame.width && row < frame.height;
      const place = isInside ? (frame.places[row * frame.width + column] ?? 0) : outside;
      // Without a palette places are grays.
      for (let c = 0; c < 3; c++) data[at + c] = palette.length === 0 ? place : (palette[3 * place + c] ?? 0);
      if (channels === 4) data[at + 3] = place === clear ? 0 : 255;
    }
  }
  return { mode: channels === 3 ? "RGB" : "RGBA", width, height, data };
}

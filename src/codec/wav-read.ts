import { FormatError } from "../util/errors.ts";

/** Sound in memory: the channels of a moment side by side, −1 … 1. */
export interface Sound {
  /** Moments in a second. */
  readonly rate: number;
  readonly channels: number;
  readonly length: number;
  readonly data: Float32Array;
}

/** How numbers are kept: whole, or floating. Others are refused by name. */
const kinds: Readonly<Record<number, string>> = {
  1: "whole numbers", 2: "ADPCM", 3: "floating numbers", 6: "A-law", 7: "µ-law", 0x11: "IMA ADPCM", 0x55: "MP3",
}; // prettier-ignore

/**
 * Reads a WAV file: whole numbers of 8, 16, 24 or 32 bits, or floating ones of 32 or 64, in any number of channels.
 *
 * @param most - Moments that are read at most. Default: all.
 * @throws {FormatError} when it is cut short, damaged, compressed or not WAV.
 * @see Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0
 */
export function readWav(bytes: Uint8Array, where: string, most: number = Number.POSITIVE_INFINITY): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const name = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || name(0) !== "RIFF" || name(8) !== "WAVE")
    throw new FormatError(`${where}: this is not a WAV file.`);
  let format: ReturnType<typeof formatOf> | null = null;
  for (let at = 12; at + 8 <= bytes.length;) {
    const [type, declared, start] = [name(at), view.getUint32(at + 4, true), at + 8];
    // Who writes to a pipe does not know the length.
    const length = type === "data" && declared === 0xffffffff ? bytes.length - start : declared;
    if (start + length > bytes.length) throw new FormatError(`${where}: the WAV file is cut short.`);
    if (type === "fmt ") format = formatOf(view, start, length, where);
    if (type === "data") {
      if (format === null)
        throw new FormatError(`${where}: damaged: the WAV file does not say how its sound is kept.`);
      return soundOf(view, start, length, format, most);
    }
    at = start + length + (length % 2);
  }
  throw new FormatError(`${where}: the WAV file is cut short: it has no sound in it.`);
}

interface Format {
  readonly rate: number;
  readonly channels: number;
  readonly bytesPerSample: number;
  readonly isFloating: boolean;
}

function formatOf(view: DataView, at: number, length: number, where: string): Format {
  if (length < 16) throw new FormatError(`${where}: damaged: the header of the WAV file makes no sense.`);
  const plain = view.getUint16(at, true);
  // The extensible form names the kind later.
  const kind = plain === 0xfffe && length >= 40 ? view.getUint16(at + 24, true) : plain;
  const [channels, rate] = [view.getUint16(at + 2, true), view.getUint32(at + 4, true)];
  const [block, bits] = [view.getUint16(at + 12, true), view.getUint16(at + 14, true)];
  const depths = kind === 1 ? [8, 16, 24, 32] : kind === 3 ? [32, 64] : [];
  if (depths.length === 0)
    throw new FormatError(
      `${where}: expected a WAV file of whole or floating numbers, received ${kinds[kind] ?? `kind ${kind}`}. Save it uncompressed, such as with 16 bits.`,
    );
  if (!depths.includes(bits))
    throw new FormatError(
      `${where}: expected ${kinds[kind] ?? ""} of ${depths.join(", ")} bits, received ${bits}. Save it with 16 bits.`,
    );
  if (channels === 0 || rate === 0 || block !== (channels * bits) / 8)
    throw new FormatError(`${where}: damaged: the header of the WAV file makes no sense.`);
  return { rate, channels, bytesPerSample: bits / 8, isFloating: kind === 3 };
}

function soundOf(view: DataView, start: number, byteLength: number, format: Format, most: number): Sound {
  const { rate, channels, bytesPerSample, isFloating } = format;
  const length = Math.min(most, Math.floor(byteLength / (channels * bytesPerSample)));
  const data = new Float32Array(length * channels);
  const read = isFloating ? floating[bytesPerSample] : whole[bytesPerSample];
  if (read !== undefined)
    for (let i = 0; i < data.length; i++) data[i] = read(view, start + i * bytesPerSample);
  return { rate, channels, length, data };
}

type Read = (view: DataView, at: number) => number;

const whole: Readonly<Record<number, Read>> = {
  1: (view, at) => (view.getUint8(at) - 128) / 128,
  2: (view, at) => view.getInt16(at, true) / 2 ** 15,
  3: (view, at) => (view.getUint8(at) + view.getInt16(at + 1, true) * 256) / 2 ** 23,
  4: (view, at) => view.getInt32(at, true) / 2 ** 31,
};

const floating: Readonly<Record<number, Read>> = {
  4: (view, at) => view.getFloat32(at, true),
  8: (view, at) => view.getFloat64(at, true),
};

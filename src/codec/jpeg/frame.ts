import { FormatError } from "../../util/errors.ts";
import type { HuffmanTable } from "./huffman.ts";

/** One of an image's channels, as the file has it. */
export interface Component {
  readonly id: number;
  /** Samples of this channel for each of the channel that has most, across and down. */
  readonly across: number;
  readonly down: number;
  /** Samples without what fills the last blocks. */
  readonly width: number;
  readonly height: number;
  /** Blocks that hold them, and blocks in memory: whole groups of blocks. */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  readonly stride: number;
  readonly rows: number;
  /** Which table of factors; and the table, from the first scan of the channel on. */
  readonly factorsAt: number;
  factors: Int32Array | null;
  /** Pixels of all blocks, `8 · stride` in a row; from the first scan on. */
  pixels: Uint8Array;
  /** Frequencies of all blocks, where several scans tell of them. */
  coefficients: Int16Array;
  /** By frequency: the lowest bit that scans have told of; −1 before any has. */
  readonly told: Int8Array;
  /** The first frequency of the block before. */
  previous: number;
  direct: HuffmanTable | null;
  alternating: HuffmanTable | null;
}

/** What the file says of its image as a whole. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  readonly components: readonly Component[];
  /** The most samples of a channel, across and down. */
  readonly across: number;
  readonly down: number;
  /** Groups of blocks, each of some of every channel. */
  readonly groupsWide: number;
  readonly groupsHigh: number;
}

/** The largest image that is read: 2^28 numbers. */
const largest = 2 ** 28;

/**
 * Reads the header of the frame (JPEG, B.2.2).
 *
 * @param kind - The marker: 0xc0 … 0xc2 are read.
 * @param fileLength - Bytes of the file, which bound what can be in it.
 * @throws {FormatError} for a kind that is not read, a header without sense, and sizes that the file cannot hold.
 */
export function readFrame(kind: number, body: Uint8Array, fileLength: number, where: string): Frame {
  if (kind > 0xc2)
    throw new FormatError(
      `${where}: expected a JPEG file with Huffman codes (baseline or progressive), received one ${kind > 0xc8 ? "with arithmetic codes" : "without loss or in layers"}. Save it as a usual JPEG or PNG file.`,
    );
  const [depth = 0, y1 = 0, y0 = 0, x1 = 0, x0 = 0, count = 0] = body;
  const [width, height] = [(x1 << 8) | x0, (y1 << 8) | y0];
  if (depth !== 8 && depth !== 0)
    throw new FormatError(
      `${where}: expected a JPEG file of 8 bits, received one of ${depth}. Save it with 8 bits.`,
    );
  const isCount = count === 1 || count === 3 || count === 4;
  if (body.length !== 6 + 3 * count || !isCount || width === 0 || height === 0 || depth === 0)
    throw new FormatError(`${where}: damaged: the header of the JPEG file makes no sense.`);
  if (width * height * count > largest)
    throw new FormatError(`${where}: an image of ${width} × ${height} pixels is larger than what is read.`);
  const parts = Array.from({ length: count }, (_, i) => {
    const [id = 0, sampling = 0, factorsAt = 0] = body.subarray(6 + 3 * i);
    return { id, across: sampling >> 4, down: sampling & 15, factorsAt };
  });
  const isSampling = (n: number): boolean => n >= 1 && n <= 4;
  if (
    parts.some((one) => !isSampling(one.across) || !isSampling(one.down) || one.factorsAt > 3) ||
    new Set(parts.map(({ id }) => id)).size !== count
  )
    throw new FormatError(`${where}: damaged: the header of the JPEG file makes no sense.`);
  const across = Math.max(...parts.map((one) => one.across));
  const down = Math.max(...parts.map((one) => one.down));
  if (parts.some((one) => across % one.across !== 0 || down % one.down !== 0))
    throw new FormatError(
      `${where}: expected channels whose sizes divide each other, received a JPEG file where they do not. Save it as a usual JPEG or PNG file.`,
    );
  const groupsWide = Math.ceil(width / (8 * across));
  const groupsHigh = Math.ceil(height / (8 * down));
  const isProgressive = kind === 0xc2;
  const components = parts.map((one): Component => {
    const own = {
      width: Math.ceil((width * one.across) / across),
      height: Math.ceil((height * one.down) / down),
    };
    return {
      ...one, ...own,
      blocksWide: Math.ceil(own.width / 8), blocksHigh: Math.ceil(own.height / 8),
      stride: groupsWide * one.across, rows: groupsHigh * one.down,
      factors: null, pixels: new Uint8Array(0), coefficients: new Int16Array(0), told: new Int8Array(64).fill(-1),
      previous: 0, direct: null, alternating: null,
    }; // prettier-ignore
  });
  // A block takes two codes of a bit, or one where scans tell of one frequency, or of many blocks at once.
  const blocks = components.reduce((sum, one) => sum + one.blocksWide * one.blocksHigh, 0);
  if (blocks * (isProgressive ? 1 : 2) > 8 * fileLength)
    throw new FormatError(
      `${where}: the JPEG file is cut short: ${fileLength} bytes cannot hold ${width} × ${height} pixels.`,
    );
  return { width, height, isProgressive, components, across, down, groupsWide, groupsHigh };
}

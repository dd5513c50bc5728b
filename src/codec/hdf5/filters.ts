import type { ByteReader } from "../byte-reader.ts";
import { fletcher32 } from "../checksums.ts";
import type { Inflater } from "../inflate.ts";

const filterNames = new Map([
  [1, "deflate"],
  [2, "shuffle"],
  [3, "fletcher32"],
  [4, "szip"],
  [5, "nbit"],
  [6, "scaleoffset"],
  [32000, "lzf"],
  [32001, "blosc"],
  [32004, "lz4"],
  [32015, "zstd"],
]);

/** One step that each chunk passed through when it was written. */
export interface Filter {
  readonly id: number;
  readonly name: string;
  readonly parameters: readonly number[];
}

/** Reads a filter pipeline message. */
export function readFilters(reader: ByteReader): Filter[] {
  const version = reader.u8();
  const count = reader.u8();
  if (version !== 1 && version !== 2) reader.fail("unknown version of a filter pipeline");
  if (count > 32) reader.fail(`damaged: a pipeline of ${count} filters`);
  if (version === 1) reader.take(6);
  return Array.from({ length: count }, () => {
    const id = reader.u16();
    const nameLength = version === 1 || id >= 256 ? reader.u16() : 0;
    reader.take(2); // flags
    const parameterCount = reader.u16();
    reader.take(version === 1 ? nameLength + (-nameLength & 7) : nameLength);
    const parameters = Array.from({ length: parameterCount }, () => reader.u32());
    if (version === 1 && parameterCount % 2 === 1) reader.take(4);
    return { id, name: filterNames.get(id) ?? `filter ${id}`, parameters };
  });
}

/**
 * Undoes the filters of one chunk, last one first.
 *
 * @param mask - Bit i set: filter i was left out for this chunk.
 * @param chunk - Bytes of the chunk without filters, and of one element.
 */
export function undoFilters(
  data: Uint8Array,
  filters: readonly Filter[],
  mask: number,
  chunk: { size: number; itemBytes: number },
  inflater: Inflater | undefined,
  reader: ByteReader,
): Uint8Array {
  const { size, itemBytes } = chunk;
  let bytes = data;
  for (let i = filters.length - 1; i >= 0; i--) {
    const filter = filters[i];
    if (filter === undefined || (mask >> i) & 1) continue;
    if (filter.id === 1 && inflater !== undefined) bytes = inflater.zlib(bytes, size + 4, reader.where);
    else if (filter.id === 2 && filter.parameters[0] !== itemBytes)
      reader.fail(
        `damaged: shuffled as elements of ${filter.parameters[0] ?? 0} bytes, they have ${itemBytes}`,
      );
    else if (filter.id === 2) bytes = unshuffle(bytes, itemBytes);
    else if (filter.id === 3) bytes = verifyFletcher(bytes, reader);
    else
      reader.fail(
        `compressed with ${filter.name}, which is not supported. Write the file again with gzip or without compression.`,
      );
  }
  if (bytes.length !== size) reader.fail(`damaged: a chunk of ${size} bytes has ${bytes.length}`);
  return bytes;
}

/** Shuffling keeps first bytes together, then second bytes, and so on. */
function unshuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  if (elementBytes === 1) return bytes;
  const count = Math.floor(bytes.length / elementBytes);
  const out = bytes.slice();
  for (let b = 0; b < elementBytes; b++) {
    for (let i = 0; i < count; i++) out[i * elementBytes + b] = bytes[b * count + i] ?? 0;
  }
  return out;
}

function verifyFletcher(bytes: Uint8Array, reader: ByteReader): Uint8Array {
  if (bytes.length < 4) reader.fail("damaged: a chunk without its checksum");
  const content = bytes.subarray(0, -4);
  const stored = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
  // Both halves are sums modulo 65535, where 0 and 65535 are one.
  const normal = (sum: number): string => `${(sum >>> 16) % 65535},${(sum & 0xffff) % 65535}`;
  if (normal(fletcher32(content)) !== normal(stored))
    reader.fail("damaged: the checksum of a chunk does not match");
  return content;
}

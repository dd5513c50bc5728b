import type { ByteReader } from "../byte-reader.ts";
import { readBtree2 } from "./btree2.ts";
import { type Hdf5File, undefinedAddress } from "./file.ts";

/** Where one chunk lies. */
export interface Chunk {
  /** Index of the chunk's first element along each axis. */
  readonly start: readonly number[];
  readonly address: number;
  /** Bytes in the file. */
  readonly size: number;
  readonly filterMask: number;
}

/** How the chunks of a dataset are found. */
export interface ChunkIndex {
  readonly kind: "btree1" | "single" | "implicit" | "fixedArray" | "btree2" | "unsupported";
  readonly address: number;
  readonly chunkShape: readonly number[];
  /** Bytes of a chunk without filters. */
  readonly chunkBytes: number;
  readonly isFiltered: boolean;
  /** Sizes of filtered chunks take 8 bytes each (since layout version 5). */
  readonly hasWideSizes: boolean;
  /** Size and mask of the only chunk, where there is one and it is filtered. */
  readonly single?: { readonly size: number; readonly filterMask: number };
}

/** Lists the chunks of a dataset that were written; any others hold the fill value. */
export function listChunks(
  file: Hdf5File,
  index: ChunkIndex,
  shape: readonly number[],
  part: string,
): Chunk[] {
  if (index.address === undefinedAddress) return [];
  const { kind, address, chunkBytes: size } = index;
  const start = shape.map(() => 0);
  if (kind === "single")
    return [{ start, address, size: index.single?.size ?? size, filterMask: index.single?.filterMask ?? 0 }];
  if (kind === "btree1") return readChunkTree(file, index, shape.length, part);
  if (kind === "btree2") return readChunkTree2(file, index, part);
  const reader = file.at(address, part);
  const grid = shape.map((length, axis) => Math.ceil(length / (index.chunkShape[axis] ?? 1)));
  const count = grid.reduce((product, length) => product * length, 1);
  if (kind === "implicit") {
    file.spend(reader, count);
    return Array.from({ length: count }, (_, i) => ({
      start: startOf(i, grid, index),
      address: address + i * size,
      size,
      filterMask: 0,
    }));
  }
  if (kind === "fixedArray") return readFixedArray(file, index, grid, part);
  return reader.fail(
    "this kind of chunk index (extensible array) is not supported. Write the file again with fixed shapes.",
  );
}

function startOf(index: number, grid: readonly number[], { chunkShape }: ChunkIndex): number[] {
  const start = grid.map(() => 0);
  let rest = index;
  for (let axis = grid.length - 1; axis >= 0; axis--) {
    const length = grid[axis] ?? 1;
    start[axis] = (rest % length) * (chunkShape[axis] ?? 1);
    rest = Math.floor(rest / length);
  }
  return start;
}

function readChunkTree(file: Hdf5File, index: ChunkIndex, rank: number, part: string): Chunk[] {
  const chunks: Chunk[] = [];
  const visit = (address: number, depth: number): void => {
    const node = file.at(address, part);
    file.spend(node);
    if (depth > 20) node.fail("damaged: a chunk index is absurdly deep");
    node.signature("TREE");
    if (node.u8() !== 1) node.fail("damaged: a chunk index of another kind");
    const level = node.u8();
    const count = node.u16();
    node.take(2 * file.offsetSize); // siblings
    for (let i = 0; i < count; i++) {
      const size = node.u32();
      const filterMask = node.u32();
      const start = Array.from({ length: rank }, () => node.u64());
      node.take(8); // offset within the element, always 0
      const child = file.address(node);
      file.spend(node);
      if (level > 0) visit(child, depth + 1);
      else chunks.push({ start, address: child, size, filterMask });
    }
  };
  visit(index.address, 0);
  return chunks;
}

function readChunkTree2(file: Hdf5File, index: ChunkIndex, part: string): Chunk[] {
  const { type, records } = readBtree2(file, index.address, [10, 11], part);
  const sizeBytes = chunkSizeBytes(index);
  return records.map((record) => {
    const address = file.address(record);
    const size = type === 11 ? record.uint(sizeBytes) : index.chunkBytes;
    const filterMask = type === 11 ? record.u32() : 0;
    const start = index.chunkShape.map((length) => record.u64() * length);
    return { start, address, size, filterMask };
  });
}

/** Bytes in which the stored size of a filtered chunk is kept (`H5Dfarray.c`: one more than the chunk's own size needs). */
function chunkSizeBytes({ chunkBytes, hasWideSizes }: ChunkIndex): number {
  if (hasWideSizes) return 8;
  return Math.min(8, 1 + Math.floor((Math.floor(Math.log2(chunkBytes)) + 8) / 8));
}

function readFixedArray(file: Hdf5File, index: ChunkIndex, grid: readonly number[], part: string): Chunk[] {
  const header = file.at(index.address, part);
  const headerStart = header.position;
  header.signature("FAHD");
  if (header.u8() !== 0) header.fail("unknown version of a chunk index");
  const isFiltered = header.u8() === 1;
  const entryBytes = header.u8();
  const pageEntries = 2 ** header.u8();
  const count = file.length(header);
  const blockAddress = file.address(header);
  file.verifyChecksum(header, headerStart);
  const expected = grid.reduce((product, length) => product * length, 1);
  if (count !== expected) header.fail(`damaged: an index of ${count} chunks where ${expected} were expected`);
  const sizeBytes = entryBytes - file.offsetSize - 4;
  if (
    isFiltered !== index.isFiltered ||
    (isFiltered ? sizeBytes < 1 || sizeBytes > 8 : entryBytes !== file.offsetSize)
  ) {
    header.fail("damaged: absurd sizes in a chunk index");
  }
  if (blockAddress === undefinedAddress) return [];

  const block = file.at(blockAddress, part);
  file.spend(block, count);
  const blockStart = block.position;
  block.signature("FADB");
  block.take(2 + file.offsetSize);
  const pages = count > pageEntries ? Math.ceil(count / pageEntries) : 0;
  const pageMap = block.view(Math.ceil(pages / 8));
  if (pages > 0) file.verifyChecksum(block, blockStart);
  const chunks: Chunk[] = [];
  const readEntries = (reader: ByteReader, first: number, length: number): void => {
    for (let i = first; i < first + length; i++) {
      const address = file.address(reader);
      const size = isFiltered ? reader.uint(sizeBytes) : index.chunkBytes;
      const filterMask = isFiltered ? reader.u32() : 0;
      if (address !== undefinedAddress)
        chunks.push({ start: startOf(i, grid, index), address, size, filterMask });
    }
  };
  if (pages === 0) {
    readEntries(block, 0, count);
    file.verifyChecksum(block, blockStart);
    return chunks;
  }
  for (let page = 0; page < pages; page++) {
    const length = Math.min(pageEntries, count - page * pageEntries);
    const start = block.position;
    // A page that was never written is absent from the map (highest bit first) but has its place.
    if (((pageMap[page >> 3] ?? 0) >> (7 - (page & 7))) & 1) {
      readEntries(block, page * pageEntries, length);
      file.verifyChecksum(block, start);
    } else {
      block.take(length * entryBytes + 4);
    }
  }
  return chunks;
}

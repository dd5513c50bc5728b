import { ByteReader } from "../byte-reader.ts";
import type { Hdf5File } from "./file.ts";
import { undefinedAddress } from "./file.ts";

/** Bytes that hold any number up to `limit`. */
export function bytesFor(limit: number): number {
  return Math.max(1, Math.ceil(Math.log2(limit + 1) / 8));
}

interface Level {
  readonly maxRecords: number;
  /** Bytes of the count of all records below a child of this level. */
  readonly totalBytes: number;
}

/** The records of a version-2 B-tree, in order, each with a reader of its own. */
export function readBtree2(
  file: Hdf5File,
  address: number,
  expectedTypes: readonly number[],
  part: string,
): { type: number; records: ByteReader[] } {
  const reader = file.at(address, part);
  file.spend(reader);
  const start = reader.position;
  reader.signature("BTHD");
  if (reader.u8() !== 0) reader.fail("unknown version of a B-tree");
  const type = reader.u8();
  if (!expectedTypes.includes(type))
    reader.fail(`damaged: a B-tree of type ${type} where ${expectedTypes.join(" or ")} was expected`);
  const nodeSize = reader.u32();
  const recordSize = reader.u16();
  const depth = reader.u16();
  reader.take(2); // when to split and merge
  const root = file.address(reader);
  const rootRecords = reader.u16();
  file.length(reader);
  file.verifyChecksum(reader, start);
  if (recordSize === 0 || nodeSize < 10 + recordSize || depth > 20)
    reader.fail("damaged: absurd sizes in a B-tree");

  const levels: Level[] = [];
  const leafMax = Math.floor((nodeSize - 10) / recordSize);
  const countBytes = bytesFor(leafMax);
  let cumulative = leafMax;
  levels.push({ maxRecords: leafMax, totalBytes: 0 });
  for (let level = 1; level <= depth; level++) {
    const pointerSize = file.offsetSize + countBytes + (levels[level - 1]?.totalBytes ?? 0);
    const maxRecords = Math.floor((nodeSize - 10 - pointerSize) / (recordSize + pointerSize));
    cumulative = (maxRecords + 1) * cumulative + maxRecords;
    levels.push({ maxRecords, totalBytes: bytesFor(cumulative) });
  }

  const records: ByteReader[] = [];
  const visit = (nodeAddress: number, count: number, level: number): void => {
    const node = file.at(nodeAddress, part);
    file.spend(node, 1 + count);
    const nodeStart = node.position;
    if (count > (levels[level]?.maxRecords ?? 0)) node.fail("damaged: a B-tree node of too many records");
    node.signature(level === 0 ? "BTLF" : "BTIN");
    if (node.u8() !== 0 || node.u8() !== type) node.fail("damaged: a B-tree node of another tree");
    const own = Array.from({ length: count }, () => new ByteReader(node.view(recordSize), node.where));
    const children: [number, number][] = [];
    for (let i = 0; level > 0 && i <= count; i++) {
      children.push([file.address(node), node.uint(countBytes)]);
      node.take(level > 1 ? (levels[level - 1]?.totalBytes ?? 0) : 0);
    }
    file.verifyChecksum(node, nodeStart);
    own.forEach((record, i) => {
      const child = children[i];
      if (child !== undefined) visit(child[0], child[1], level - 1);
      records.push(record);
    });
    const last = children[count];
    if (last !== undefined) visit(last[0], last[1], level - 1);
  };
  if (root !== undefinedAddress && rootRecords > 0) visit(root, rootRecords, depth);
  return { type, records };
}

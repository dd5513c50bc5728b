import type { ByteReader } from "../byte-reader.ts";
import { decodeUtf8 } from "../byte-reader.ts";
import { lookup3 } from "../checksums.ts";
import { readBtree2 } from "./btree2.ts";
import { type Hdf5File, undefinedAddress } from "./file.ts";
import { FractalHeap } from "./fractal-heap.ts";
import { findMessage, type Message, messageType } from "./object-header.ts";

/** A name in a group and the address of the object header that it stands for. */
export interface Link {
  readonly name: string;
  readonly address: number;
  readonly order: number;
}

/**
 * The links of a group in any of the three forms: symbol table, link messages, heap.
 *
 * @throws {FormatError} for soft and external links, which lead out of what can be checked.
 */
export function readLinks(file: Hdf5File, messages: readonly Message[], part: string): Link[] {
  const links: Link[] = [];
  const table = findMessage(messages, messageType.symbolTable);
  if (table !== undefined) readSymbolTable(file, table, part, links);
  for (const { type, body } of messages) if (type === messageType.link) links.push(readLink(file, body));
  const info = findMessage(messages, messageType.linkInfo);
  if (info !== undefined) readDenseLinks(file, info, part, links);
  const isTracked = links.length > 0 && links.every((link) => link.order >= 0);
  return links.sort((a, b) => (isTracked ? a.order - b.order : a.name < b.name ? -1 : 1));
}

function linkName(bytes: Uint8Array, reader: ByteReader): string {
  const name = decodeUtf8(bytes);
  if (
    name === undefined ||
    name === "" ||
    name === "." ||
    name === ".." ||
    name.includes("/") ||
    name.includes("\0")
  ) {
    return reader.fail(`damaged: ${JSON.stringify(name ?? "?")} is not a name`);
  }
  return name;
}

function readSymbolTable(file: Hdf5File, message: ByteReader, part: string, links: Link[]): void {
  const treeAddress = file.address(message);
  const heapAddress = file.address(message);
  if (treeAddress === undefinedAddress) return;
  const heap = file.at(heapAddress, part);
  heap.signature("HEAP");
  heap.take(4);
  const heapSize = file.length(heap);
  file.length(heap);
  const names = file.at(file.address(heap), part).view(heapSize);
  readGroupTree(file, treeAddress, names, part, links, 0);
}

function readGroupTree(
  file: Hdf5File,
  address: number,
  names: Uint8Array,
  part: string,
  links: Link[],
  depth: number,
): void {
  const node = file.at(address, part);
  file.spend(node);
  if (depth > 20) node.fail("damaged: a group's tree is absurdly deep");
  if (node.bytes[node.position] === 0x53) {
    readSymbolNode(file, node, names, links);
    return;
  }
  node.signature("TREE");
  if (node.u8() !== 0) node.fail("damaged: a group's tree is of another kind");
  node.u8(); // level
  const count = node.u16();
  node.take(2 * file.offsetSize); // siblings
  node.take(file.lengthSize);
  for (let i = 0; i < count; i++) {
    const child = file.address(node);
    node.take(file.lengthSize);
    readGroupTree(file, child, names, part, links, depth + 1);
  }
}

function readSymbolNode(file: Hdf5File, node: ByteReader, names: Uint8Array, links: Link[]): void {
  node.signature("SNOD");
  if (node.u8() !== 1) node.fail("unknown version of a symbol table node");
  node.take(1);
  const count = node.u16();
  for (let i = 0; i < count; i++) {
    const nameOffset = node.uint(file.offsetSize);
    const address = file.address(node);
    const cacheType = node.u32();
    node.take(4 + 16);
    const end = names.indexOf(0, nameOffset);
    if (end < 0) node.fail("damaged: a name lies outside the group's heap");
    const name = linkName(names.subarray(nameOffset, end), node);
    if (cacheType === 2) node.fail(`refused: "${name}" is a soft link`);
    file.spend(node);
    links.push({ name, address, order: -1 });
  }
}

function readLink(file: Hdf5File, reader: ByteReader): Link {
  if (reader.u8() !== 1) reader.fail("unknown version of a link");
  const flags = reader.u8();
  const type = flags & 8 ? reader.u8() : 0;
  const order = flags & 4 ? reader.u64() : -1;
  if (flags & 16) reader.u8(); // character set: ASCII is UTF-8 too
  const name = linkName(reader.view(reader.uint(1 << (flags & 3))), reader);
  if (type !== 0)
    reader.fail(
      `refused: "${name}" is ${type === 1 ? "a soft link" : type === 64 ? "a link to another file" : "a link of an unknown kind"}`,
    );
  return { name, address: file.address(reader), order };
}

function readDenseLinks(file: Hdf5File, info: ByteReader, part: string, links: Link[]): void {
  if (info.u8() !== 0) info.fail("unknown version of a link table");
  const flags = info.u8();
  if (flags & 1) info.take(8); // largest creation order
  const heapAddress = file.address(info);
  const treeAddress = file.address(info);
  if (heapAddress === undefinedAddress || treeAddress === undefinedAddress) return;
  const heap = new FractalHeap(file, heapAddress, part);
  for (const record of readBtree2(file, treeAddress, [5], part).records) {
    const hash = record.u32();
    const link = readLink(file, heap.object(record));
    if (lookup3(new TextEncoder().encode(link.name)) !== hash)
      record.fail(`damaged: the checksum of the name "${link.name}" does not match`);
    links.push(link);
  }
}

import { loadInflater } from "../inflate.ts";
import { readAttributes } from "./attributes.ts";
import { readDataset, type ReadState } from "./dataset.ts";
import { Hdf5File, undefinedAddress } from "./file.ts";
import { readLinks } from "./links.ts";
import { findMessage, messageType, readObjectHeader } from "./object-header.ts";
import type { Hdf5Group, Hdf5Node } from "./tree.ts";

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const maxDepth = 100;

/** True for bytes that begin as an HDF5 file does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads an HDF5 file's tree of groups and datasets; the elements of a dataset are read on request.
 *
 * Covers what HDF5 libraries write by default since 1.0 for numbers, strings and opaque data: superblocks 0–3, old and new groups,
 * compact, contiguous and chunked data with gzip, shuffle and Fletcher-32. Nothing in the file is trusted: sizes are compared
 * with the bytes that are there before memory is taken, and structures that run in circles end in an error.
 *
 * @param name - What the errors call the file.
 * @throws {FormatError} when it is no HDF5 file, cut short, damaged, has links that lead out of it, or uses what is not supported.
 * @see "HDF5 File Format Specification Version 3.0"
 */
export async function readHdf5(bytes: Uint8Array, name: string): Promise<Hdf5Group> {
  const file = new Hdf5File(bytes, name);
  const rootAddress = readSuperblock(file);
  const state: ReadState = { inflater: undefined, needsInflater: false };
  const root = readNode(file, rootAddress, "/", state, new Set());
  if (root.kind !== "group") return file.at(0, "superblock").fail("damaged: the root is not a group");
  if (state.needsInflater) state.inflater = await loadInflater();
  return root;
}

function readSuperblock(file: Hdf5File): number {
  const reader = file.at(0, "superblock");
  if (!isHdf5(file.bytes)) reader.fail("this is not an HDF5 file");
  reader.take(8);
  const version = reader.u8();
  if (version > 3) reader.fail(`version ${version} of the HDF5 format is not supported`);
  const start = 0;
  if (version < 2) reader.take(4); // versions of parts
  const sizes = [reader.u8(), reader.u8()] as const;
  for (const size of sizes)
    if (size !== 2 && size !== 4 && size !== 8) reader.fail("damaged: absurd sizes of addresses");
  [file.offsetSize, file.lengthSize] = sizes;
  if (version < 2) {
    reader.take(1 + 4 + 4); // group sizes, flags
    if (version === 1) reader.take(4);
    const base = file.address(reader);
    file.address(reader); // free space
    const end = file.address(reader);
    file.address(reader); // driver information
    checkEnd(file, base, end);
    file.address(reader); // name of the root
    return file.address(reader);
  }
  reader.take(1); // flags
  const base = file.address(reader);
  file.address(reader); // superblock extension
  const end = file.address(reader);
  const root = file.address(reader);
  file.verifyChecksum(reader, start);
  checkEnd(file, base, end);
  return root;
}

function checkEnd(file: Hdf5File, base: number, end: number): void {
  const reader = file.at(0, "superblock");
  if (base === undefinedAddress || end === undefinedAddress) reader.fail("damaged: absurd addresses");
  file.baseAddress = base;
  if (base !== 0) reader.fail("HDF5 files that begin inside another file are not supported");
  if (end > file.bytes.length)
    reader.fail(`cut short: ${end} bytes were written, ${file.bytes.length} are there`);
}

function readNode(
  file: Hdf5File,
  address: number,
  path: string,
  state: ReadState,
  above: Set<number>,
): Hdf5Node {
  const part = `"${path}"`;
  const messages = readObjectHeader(file, address, part);
  if (findMessage(messages, messageType.datatype) !== undefined)
    return readDataset(file, messages, path, state);
  const reader = file.at(address, part);
  if (above.has(address)) reader.fail("refused: the group contains itself");
  if (above.size > maxDepth) reader.fail(`refused: groups nested more than ${maxDepth} deep`);
  above.add(address);
  const children = new Map<string, Hdf5Node>();
  for (const link of readLinks(file, messages, part)) {
    if (children.has(link.name)) reader.fail(`damaged: the name "${link.name}" is there twice`);
    const childPath = path === "/" ? `/${link.name}` : `${path}/${link.name}`;
    children.set(link.name, readNode(file, link.address, childPath, state, above));
  }
  above.delete(address);
  const group: Hdf5Group = {
    kind: "group",
    path,
    attributes: readAttributes(file, messages, part),
    children,
  };
  return group;
}

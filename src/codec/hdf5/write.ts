import { DataError } from "../../util/errors.ts";
import { bytesOfElements } from "../array.ts";
import { ByteWriter } from "../byte-writer.ts";
import { FileImage } from "./file-image.ts";
import { messageType } from "./object-header.ts";
import type { Hdf5AttributeInput, Hdf5DatasetInput, Hdf5GroupInput } from "./tree.ts";
import {
  attributeMessage,
  checkArray,
  contiguousMessage,
  dataspaceMessage,
  datatypeMessage,
  fillMessage,
  GlobalHeap,
  type MessageOut,
  objectHeader,
} from "./write-messages.ts";

const leafK = 4;
const internalK = 16;
const symbolsPerNode = 2 * leafK;
const childrenPerNode = 2 * internalK;
const symbolNodeBytes = 8 + symbolsPerNode * 40;
const treeNodeBytes = 24 + childrenPerNode * 8 + (childrenPerNode + 1) * 8;

/** Where a written group's parts lie, as symbol tables repeat them. */
interface Place {
  readonly header: number;
  readonly group?: { readonly tree: number; readonly heap: number };
}

/**
 * An HDF5 file of a tree, in the form that h5py writes by default: superblock 0, symbol tables, contiguous little-endian data,
 * strings of variable length. Groups come out sorted by name, as HDF5 lists them.
 *
 * bfloat16 is written as opaque data; give the dataset an attribute `dtype` of `"bfloat16"`, which readers go by.
 *
 * @throws {DataError} for names that HDF5 does not allow, elements that do not fill their shape, attributes beyond 64 KiB.
 */
export function writeHdf5(root: Hdf5GroupInput): Uint8Array {
  const image = new FileImage();
  const superblock = new Uint8Array(96);
  image.append(superblock);
  const heap = new GlobalHeap(image);
  const place = writeGroup(image, heap, root, "/");
  const head = new ByteWriter().u8(0x89).ascii("HDF\r\n").u8(0x1a, 0x0a);
  head.u8(0, 0, 0, 0, 0, 8, 8, 0).u16(leafK).u16(internalK).u32(0);
  head.u64(0).u64(undefined).u64(image.next).u64(undefined);
  superblock.set(symbolEntry(head, 0, place).finish());
  return image.finish();
}

/** One entry of a symbol table: 40 bytes. */
function symbolEntry(out: ByteWriter, nameOffset: number, place: Place): ByteWriter {
  out.u64(nameOffset).u64(place.header);
  if (place.group === undefined) return out.u32(0).u32(0).zeros(16);
  return out.u32(1).u32(0).u64(place.group.tree).u64(place.group.heap);
}

function attributeMessages(
  attributes: ReadonlyMap<string, Hdf5AttributeInput> | undefined,
  heap: GlobalHeap,
  path: string,
): MessageOut[] {
  return Array.from(attributes ?? [], ([name, value]) => attributeMessage(name, value, heap, path));
}

function writeDataset(
  image: FileImage,
  heap: GlobalHeap,
  { value, attributes }: Hdf5DatasetInput,
  path: string,
): Place {
  checkArray(value, path);
  const bytes = bytesOfElements(value.data);
  const data = bytes.length === 0 ? undefined : image.append(bytes);
  const messages = [
    dataspaceMessage(value.shape),
    datatypeMessage(value.dtype),
    fillMessage(),
    contiguousMessage(data, bytes.length),
    ...attributeMessages(attributes, heap, path),
  ];
  return { header: image.append(objectHeader(messages)) };
}

interface NamedPlace {
  readonly nameOffset: number;
  readonly place: Place;
}

function writeGroup(image: FileImage, heap: GlobalHeap, group: Hdf5GroupInput, path: string): Place {
  const encoder = new TextEncoder();
  const children = Array.from(group.children, ([name, node]) => ({ name, node, raw: encoder.encode(name) }));
  children.sort((a, b) => compareBytes(a.raw, b.raw));
  const names = new ByteWriter().zeros(8); // offset 0 is the empty name
  const symbols = children.map(({ name, node, raw }): NamedPlace => {
    if (name === "" || name === "." || name === ".." || /[/\0]/.test(name))
      throw new DataError(`${path}: ${JSON.stringify(name)} cannot be a name in HDF5`);
    const childPath = path === "/" ? `/${name}` : `${path}/${name}`;
    const nameOffset = names.length;
    names.bytes(raw).u8(0).pad();
    const place =
      node.kind === "group"
        ? writeGroup(image, heap, node, childPath)
        : writeDataset(image, heap, node, childPath);
    return { nameOffset, place };
  });
  const localHeap = writeLocalHeap(image, names.finish());
  const tree = writeTree(image, symbols);
  const table = new ByteWriter().u64(tree).u64(localHeap).finish();
  const messages = [
    { type: messageType.symbolTable, body: table },
    ...attributeMessages(group.attributes, heap, path),
  ];
  return { header: image.append(objectHeader(messages)), group: { tree, heap: localHeap } };
}

/** Order of names: by their bytes, as C's `strcmp`. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function writeLocalHeap(image: FileImage, names: Uint8Array): number {
  const address = image.next;
  const noFreeSpace = 1;
  image.append(
    new ByteWriter()
      .ascii("HEAP")
      .u8(0)
      .zeros(3)
      .u64(names.length)
      .u64(noFreeSpace)
      .u64(address + 32)
      .finish(),
  );
  image.append(names);
  return address;
}

/** A child of a tree node: its address, and the last name in it. */
interface Child {
  readonly address: number;
  readonly lastName: number;
}

function writeTree(image: FileImage, symbols: readonly NamedPlace[]): number {
  let children = chunk(symbols, symbolsPerNode).map((entries): Child => {
    const node = new ByteWriter().ascii("SNOD").u8(1, 0).u16(entries.length);
    for (const { nameOffset, place } of entries) symbolEntry(node, nameOffset, place);
    const address = image.append(node.zeros(symbolNodeBytes - node.length).finish());
    return { address, lastName: entries.at(-1)?.nameOffset ?? 0 };
  });
  for (let level = 0; ; level++) {
    const nodes = children.length === 0 ? [[]] : chunk(children, childrenPerNode);
    const base = image.next;
    let before = 0; // the name before the first is the empty one
    children = nodes.map((entries, i): Child => {
      const left = i > 0 ? base + (i - 1) * treeNodeBytes : undefined;
      const right = i + 1 < nodes.length ? base + (i + 1) * treeNodeBytes : undefined;
      const node = new ByteWriter()
        .ascii("TREE")
        .u8(0, level)
        .u16(entries.length)
        .u64(left)
        .u64(right)
        .u64(before);
      for (const child of entries) node.u64(child.address).u64(child.lastName);
      before = entries.at(-1)?.lastName ?? 0;
      return { address: image.append(node.zeros(treeNodeBytes - node.length).finish()), lastName: before };
    });
    const [root] = children;
    if (children.length === 1 && root !== undefined) return root.address;
  }
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

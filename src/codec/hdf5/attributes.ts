import { ByteReader, decodeUtf8 } from "../byte-reader.ts";
import { elementCount } from "../array.ts";
import { readBtree2 } from "./btree2.ts";
import { readDataspace, readDatatype } from "./datatype.ts";
import { type Hdf5File, undefinedAddress } from "./file.ts";
import { FractalHeap } from "./fractal-heap.ts";
import { findMessage, type Message, messageType } from "./object-header.ts";
import type { Hdf5Value } from "./tree.ts";
import { decodeValue } from "./values.ts";

/** All attributes of an object, those kept in a heap included. Ones of types that are not supported are left out. */
export function readAttributes(
  file: Hdf5File,
  messages: readonly Message[],
  part: string,
): Map<string, Hdf5Value> {
  const attributes = new Map<string, Hdf5Value>();
  for (const { type, body } of messages)
    if (type === messageType.attribute) readAttribute(file, body, attributes);
  const info = findMessage(messages, messageType.attributeInfo);
  if (info !== undefined) {
    if (info.u8() !== 0) info.fail("unknown version of an attribute table");
    if (info.u8() & 1) info.take(2); // largest creation order
    const heapAddress = file.address(info);
    const treeAddress = file.address(info);
    if (heapAddress !== undefinedAddress && treeAddress !== undefinedAddress) {
      const heap = new FractalHeap(file, heapAddress, part);
      for (const record of readBtree2(file, treeAddress, [8], part).records) {
        readAttribute(file, heap.object(record), attributes);
      }
    }
  }
  return attributes;
}

function readAttribute(file: Hdf5File, reader: ByteReader, attributes: Map<string, Hdf5Value>): void {
  const version = reader.u8();
  if (version < 1 || version > 3) reader.fail("unknown version of an attribute");
  const flags = reader.u8();
  if (version > 1 && flags & 3) reader.fail("shared datatypes are not supported");
  const sizes = [reader.u16(), reader.u16(), reader.u16()];
  if (version === 3) reader.u8(); // character set of the name
  const [nameBytes, typeBytes, spaceBytes] = sizes.map((size) => {
    const bytes = reader.view(size);
    if (version === 1) reader.take(Math.min(-size & 7, reader.remaining));
    return bytes;
  });
  const rawName = nameBytes ?? new Uint8Array();
  const name =
    decodeUtf8(rawName.at(-1) === 0 ? rawName.subarray(0, -1) : rawName) ??
    reader.fail("damaged: an attribute's name is not UTF-8");
  const where = `${reader.where}: attribute "${name}"`;
  const type = readDatatype(new ByteReader(typeBytes ?? new Uint8Array(), where));
  const shape = readDataspace(new ByteReader(spaceBytes ?? new Uint8Array(), where), file.lengthSize) ?? [0];
  if (type.kind === "unsupported") return;
  const raw = new ByteReader(reader.bytes, where, reader.position).copy(elementCount(shape) * type.size);
  attributes.set(name, decodeValue(file, type, shape, raw, where));
}

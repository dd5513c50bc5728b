import { type ArrayData, elementCount, swapBytes, viewElements } from "../array.ts";
import { ByteReader, decodeLatin1, decodeUtf8 } from "../byte-reader.ts";
import type { Datatype } from "./datatype.ts";
import { type Hdf5File, undefinedAddress } from "./file.ts";
import type { Hdf5Value } from "./tree.ts";

/** Turns raw elements into a value. `raw` must be a buffer of their own, since numbers are viewed in place. */
export function decodeValue(
  file: Hdf5File,
  type: Datatype,
  shape: readonly number[],
  raw: ArrayBuffer,
  where: string,
): Hdf5Value {
  const count = elementCount(shape);
  const reader = new ByteReader(new Uint8Array(raw), where);
  if (type.kind === "unsupported") return reader.fail(`its type (${type.name}) is not supported`);
  if (raw.byteLength !== count * type.size)
    reader.fail(`damaged: ${count * type.size} bytes were expected, ${raw.byteLength} are there`);
  if (type.kind === "opaque") return { shape, dtype: "opaque", elementBytes: type.size, data: reader.bytes };
  if (type.kind === "number") {
    if (type.bigEndian) swapBytes(reader.bytes, type.size);
    const data: ArrayData = viewElements(type.dtype, raw);
    return { shape, dtype: type.dtype, data };
  }
  const data: string[] = [];
  for (let i = 0; i < count; i++) {
    data.push(
      type.kind === "string"
        ? fixedString(reader.view(type.size), type.padding, reader)
        : variableString(file, reader),
    );
  }
  return { shape, dtype: "string", data, charset: type.charset };
}

function text(bytes: Uint8Array, reader: ByteReader): string {
  return (
    decodeUtf8(bytes) ??
    reader.fail(`damaged: the text ${JSON.stringify(decodeLatin1(bytes.subarray(0, 40)))} is not UTF-8`)
  );
}

/** Padding 0 ends at the first NUL, 1 drops NULs at the end, 2 drops spaces there. */
function fixedString(bytes: Uint8Array, padding: number, reader: ByteReader): string {
  const zero = padding === 2 ? -1 : bytes.indexOf(0);
  const all = text(zero < 0 ? bytes : bytes.subarray(0, zero), reader);
  return padding === 2 ? all.replace(/ +$/, "") : all;
}

/** A string of variable length: its length and where it lies in a global heap. */
function variableString(file: Hdf5File, reader: ByteReader): string {
  const length = reader.u32();
  const address = file.address(reader);
  const index = reader.u32();
  if (length === 0 || address === undefinedAddress || (address === 0 && index === 0)) return "";
  const object = globalHeapObject(file, address, index, reader);
  if (length > object.length) reader.fail("damaged: a text is longer than where it is stored");
  return text(object.subarray(0, length), reader).replace(/\0+$/, "");
}

function globalHeapObject(file: Hdf5File, address: number, index: number, from: ByteReader): Uint8Array {
  let objects = file.globalHeaps.get(address);
  if (objects === undefined) {
    objects = readGlobalHeap(file, address);
    file.globalHeaps.set(address, objects);
  }
  return objects.get(index) ?? from.fail(`damaged: text ${index} is missing from the heap at ${address}`);
}

function readGlobalHeap(file: Hdf5File, address: number): Map<number, Uint8Array> {
  const heap = file.at(address, "global heap");
  const start = heap.position;
  heap.signature("GCOL");
  if (heap.u8() !== 1) heap.fail("damaged: unknown version of a global heap");
  heap.take(3);
  const end = start + file.length(heap);
  const objects = new Map<number, Uint8Array>();
  while (heap.position + 8 + file.lengthSize <= end) {
    const index = heap.u16();
    heap.take(6); // reference count
    const size = file.length(heap);
    if (index === 0) break; // free space
    objects.set(index, heap.view(size));
    heap.take(-size & 7);
    file.spend(heap);
  }
  return objects;
}

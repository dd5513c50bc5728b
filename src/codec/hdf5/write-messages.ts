import { DataError } from "../../util/errors.ts";
import { type ArrayDtype, bytesOfElements, elementBytes, elementCount, type FileArray } from "../array.ts";
import { ByteWriter } from "../byte-writer.ts";
import type { FileImage } from "./file-image.ts";
import { messageType } from "./object-header.ts";
import type { Hdf5AttributeInput, Hdf5Strings } from "./tree.ts";

/** Most bytes of one attribute, the limit that h5py and Keras keep to (`HDF5_OBJECT_HEADER_LIMIT`). */
const attributeByteLimit = 64512;

/** A message of an object header: its number and body. */
export interface MessageOut {
  readonly type: number;
  readonly body: Uint8Array;
}

/** An object header of version 1. */
export function objectHeader(messages: readonly MessageOut[]): Uint8Array {
  const body = new ByteWriter();
  for (const message of messages) {
    const length = message.body.length + (-message.body.length & 7);
    body.u16(message.type).u16(length).u8(0).zeros(3).bytes(message.body).pad();
  }
  const header = new ByteWriter().u8(1, 0).u16(messages.length).u32(1).u32(body.length).zeros(4);
  return header.bytes(body.finish()).finish();
}

export function dataspaceMessage(shape: readonly number[]): MessageOut {
  const body = new ByteWriter().u8(1, shape.length, shape.length > 0 ? 1 : 0).zeros(5);
  for (const size of shape) body.u64(size);
  for (const size of shape) body.u64(size); // largest sizes: the same
  return { type: messageType.dataspace, body: body.finish() };
}

const signed = 8;

/** The datatype message's body for numbers. bfloat16 has no HDF5 type and is opaque, as h5py keeps it. */
function numberType(dtype: ArrayDtype): Uint8Array {
  const size = elementBytes(dtype);
  const out = new ByteWriter();
  const integer = (flags: number): ByteWriter =>
    out
      .u8(0x10, flags, 0, 0)
      .u32(size)
      .u16(0)
      .u16(size * 8);
  // sign at the top bit; mantissa normalised with an implied leading bit (0x20)
  const float = (exponentBits: number, mantissaBits: number): ByteWriter =>
    out
      .u8(0x11, 0x20, size * 8 - 1, 0)
      .u32(size)
      .u16(0)
      .u16(size * 8)
      .u8(mantissaBits, exponentBits, 0, mantissaBits)
      .u32(2 ** (exponentBits - 1) - 1);
  if (dtype === "bfloat16") return out.u8(0x15, 0, 0, 0).u32(2).finish();
  if (dtype === "float16") return float(5, 10).finish();
  if (dtype === "float32") return float(8, 23).finish();
  if (dtype === "float64") return float(11, 52).finish();
  if (dtype === "bool") {
    out.u8(0x18, 2, 0, 0).u32(1);
    integer(signed);
    return out.ascii("FALSE\0\0\0TRUE\0\0\0\0").u8(0, 1).finish();
  }
  return integer(dtype.startsWith("int") ? signed : 0).finish();
}

/** A string of variable length. */
function textType(charset: "ascii" | "utf-8"): Uint8Array {
  const out = new ByteWriter().u8(0x19, 1, charset === "utf-8" ? 1 : 0, 0).u32(16);
  return out.u8(0x10, 0, 0, 0).u32(1).u16(0).u16(8).finish();
}

export function datatypeMessage(dtype: ArrayDtype): MessageOut {
  return { type: messageType.datatype, body: numberType(dtype) };
}

/** Default fill value: space taken late, written if set. */
export function fillMessage(): MessageOut {
  return { type: messageType.fillValue, body: new ByteWriter().u8(2, 2, 2, 1).u32(0).finish() };
}

export function contiguousMessage(address: number | undefined, byteLength: number): MessageOut {
  return {
    type: messageType.layout,
    body: new ByteWriter().u8(3, 1).u64(address).u64(byteLength).zeros(6).finish(),
  };
}

/** Checks that an array's elements are as many as its shape says. */
export function checkArray(value: FileArray, where: string): void {
  if (
    value.data.length !== elementCount(value.shape) ||
    value.data.BYTES_PER_ELEMENT !== elementBytes(value.dtype)
  ) {
    throw new DataError(
      `${where}: expected ${elementCount(value.shape)} elements of ${value.dtype}, received ${value.data.length}`,
    );
  }
}

/** Where strings of variable length are kept: in collections of at least 4096 bytes. */
export class GlobalHeap {
  readonly #image: FileImage;
  #collection: Uint8Array = new Uint8Array(0);
  #address = 0;
  #used = 0;
  #count = 0;

  constructor(image: FileImage) {
    this.#image = image;
  }

  /** Keeps bytes and returns where. */
  add(bytes: Uint8Array): { address: number; index: number } {
    const need = 16 + bytes.length + (-bytes.length & 7);
    if (this.#used + need > this.#collection.length || this.#count === 0xffff) this.#open(need);
    this.#count += 1;
    const object = new ByteWriter().u16(this.#count).u16(0).u32(0).u64(bytes.length).bytes(bytes).pad();
    this.#collection.set(object.finish(), this.#used);
    this.#used += need;
    this.#closeRest();
    return { address: this.#address, index: this.#count };
  }

  #open(need: number): void {
    const size = Math.max(4096, 16 + need);
    this.#collection = new Uint8Array(size);
    this.#collection.set(new ByteWriter().ascii("GCOL").u8(1).zeros(3).u64(size).finish());
    this.#address = this.#image.append(this.#collection);
    this.#used = 16;
    this.#count = 0;
  }

  /** Object 0 is the free space, which counts its own head. */
  #closeRest(): void {
    const free = this.#collection.length - this.#used;
    if (free >= 16) this.#collection.set(new ByteWriter().zeros(8).u64(free).finish(), this.#used);
  }
}

export function attributeMessage(
  name: string,
  input: Hdf5AttributeInput,
  heap: GlobalHeap,
  where: string,
): MessageOut {
  const value: FileArray | Hdf5Strings =
    typeof input === "string" ? { shape: [], dtype: "string", data: [input], charset: "utf-8" } : input;
  const rawName = new TextEncoder().encode(`${name}\0`);
  const datatype = value.dtype === "string" ? textType(value.charset) : numberType(value.dtype);
  const dataspace = dataspaceMessage(value.shape).body;
  const body = new ByteWriter().u8(1, 0).u16(rawName.length).u16(datatype.length).u16(dataspace.length);
  body.bytes(rawName).pad().bytes(datatype).pad().bytes(dataspace).pad();
  if (value.dtype === "string") {
    if (value.data.length !== elementCount(value.shape))
      throw new DataError(`${where}: attribute "${name}": its shape and its strings differ in number`);
    const encoder = new TextEncoder();
    for (const text of value.data) {
      const bytes = encoder.encode(text);
      const place = heap.add(bytes);
      body.u32(bytes.length).u64(place.address).u32(place.index);
    }
  } else {
    checkArray(value, `${where}: attribute "${name}"`);
    body.bytes(bytesOfElements(value.data));
  }
  if (body.length > 65528)
    throw new DataError(
      `${where}: attribute "${name}" has ${body.length} bytes; HDF5 keeps at most ${attributeByteLimit}. Split it.`,
    );
  return { type: messageType.attribute, body: body.finish() };
}

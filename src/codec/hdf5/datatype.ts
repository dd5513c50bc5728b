import type { ByteReader } from "../byte-reader.ts";
import { decodeLatin1 } from "../byte-reader.ts";
import type { ArrayDtype } from "../array.ts";

/** What the elements of a dataset or an attribute are. */
export type Datatype =
  | {
      readonly kind: "number";
      readonly dtype: ArrayDtype;
      readonly size: number;
      readonly bigEndian: boolean;
    }
  | {
      readonly kind: "string";
      readonly size: number;
      readonly padding: number;
      readonly charset: "ascii" | "utf-8";
    }
  | { readonly kind: "text"; readonly size: number; readonly charset: "ascii" | "utf-8" }
  | { readonly kind: "opaque"; readonly size: number; readonly tag: string }
  | { readonly kind: "unsupported"; readonly size: number; readonly name: string };

const classNames = [
  "integer",
  "float",
  "time",
  "string",
  "bitfield",
  "opaque",
  "compound",
  "reference",
  "enum",
  "vlen",
  "array",
  "complex",
];

const charset = (bits: number): "ascii" | "utf-8" => (((bits >> 4) & 15) === 1 ? "utf-8" : "ascii");

/** Reads a datatype message. `kind: "text"` is a string of variable length, `"string"` one of fixed length. */
export function readDatatype(reader: ByteReader): Datatype {
  const classAndVersion = reader.u8();
  const datatypeClass = classAndVersion & 15;
  const version = classAndVersion >> 4;
  const bits = reader.u8() | (reader.u8() << 8) | (reader.u8() << 16);
  const size = reader.u32();
  if (version < 1 || version > 5) reader.fail(`damaged: unknown version ${version} of a datatype`);
  if (size === 0) reader.fail("damaged: a datatype of no bytes");
  if (datatypeClass === 0) return readInteger(reader, bits, size);
  if (datatypeClass === 1) return readFloat(reader, bits, size);
  if (datatypeClass === 3) return { kind: "string", size, padding: bits & 15, charset: charset(bits) };
  if (datatypeClass === 5)
    return { kind: "opaque", size, tag: decodeLatin1(reader.view(bits & 255)).replace(/\0+$/, "") };
  if (datatypeClass === 8) return readEnum(reader, version, bits, size);
  if (datatypeClass === 9 && (bits & 15) === 1) return { kind: "text", size, charset: charset(bits >> 4) };
  return { kind: "unsupported", size, name: classNames[datatypeClass] ?? `class ${datatypeClass}` };
}

const integers = new Map<string, ArrayDtype>([
  ["1s", "int8"],
  ["2s", "int16"],
  ["4s", "int32"],
  ["8s", "int64"],
  ["1u", "uint8"],
  ["2u", "uint16"],
  ["4u", "uint32"],
  ["8u", "uint64"],
]);

function readInteger(reader: ByteReader, bits: number, size: number): Datatype {
  const offset = reader.u16();
  const precision = reader.u16();
  const dtype = integers.get(`${size}${bits & 8 ? "s" : "u"}`);
  if (dtype === undefined || offset !== 0 || precision !== size * 8) {
    return { kind: "unsupported", size, name: `integer of ${precision} bits in ${size} bytes` };
  }
  return { kind: "number", dtype, size, bigEndian: (bits & 1) !== 0 };
}

/** Size, exponent bits and mantissa bits of the floating-point types that are known. */
const floats: readonly (readonly [number, number, number, ArrayDtype])[] = [
  [2, 5, 10, "float16"],
  [2, 8, 7, "bfloat16"],
  [4, 8, 23, "float32"],
  [8, 11, 52, "float64"],
];

function readFloat(reader: ByteReader, bits: number, size: number): Datatype {
  reader.take(4); // bit offset and precision, implied by what follows
  const exponentAt = reader.u8();
  const exponentBits = reader.u8();
  const mantissaAt = reader.u8();
  const mantissaBits = reader.u8();
  const bias = reader.u32();
  const found = floats.find(
    ([bytes, exponent, mantissa]) => bytes === size && exponent === exponentBits && mantissa === mantissaBits,
  );
  const isPlain =
    exponentAt === mantissaBits &&
    mantissaAt === 0 &&
    bias === 2 ** (exponentBits - 1) - 1 &&
    ((bits >> 8) & 255) === size * 8 - 1;
  if (found === undefined || !isPlain || bits & 0x40)
    return { kind: "unsupported", size, name: `float of ${size} bytes` };
  return { kind: "number", dtype: found[3], size, bigEndian: (bits & 1) !== 0 };
}

/** An enum of FALSE and TRUE is h5py's bool; any other counts as the integers it stands for. */
function readEnum(reader: ByteReader, version: number, bits: number, size: number): Datatype {
  const base = readDatatype(reader);
  if (base.kind !== "number" || base.size !== size) return { kind: "unsupported", size, name: "enum" };
  const count = bits & 0xffff;
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const start = reader.position;
    let end = start;
    while (reader.u8() !== 0) end = reader.position;
    names.push(decodeLatin1(reader.bytes.subarray(start, end)));
    if (version < 3) reader.take(-(reader.position - start) & 7);
  }
  const isBool = size === 1 && names.join() === "FALSE,TRUE";
  return isBool ? { ...base, dtype: "bool" } : base;
}

/** Reads a dataspace message: the shape, or `null` for a dataspace that holds nothing. */
export function readDataspace(reader: ByteReader, lengthSize: number): number[] | null {
  const version = reader.u8();
  const rank = reader.u8();
  const flags = reader.u8();
  if (version !== 1 && version !== 2) reader.fail(`damaged: unknown version ${version} of a dataspace`);
  if (rank > 32) reader.fail(`damaged: a dataspace of ${rank} axes`);
  if (version === 2 && reader.u8() === 2) return null;
  if (version === 1) reader.take(5);
  const shape = Array.from({ length: rank }, () => reader.uint(lengthSize));
  if (flags & 1) reader.take(rank * lengthSize); // largest sizes
  const count = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(count)) reader.fail(`refused: the shape [${shape.join(", ")}] is absurd`);
  return shape;
}

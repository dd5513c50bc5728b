import { bytesOfElements, elementBytes, elementCount, type FileArray } from "./array.ts";
import { ByteReader, decodeLatin1, decodeUtf8 } from "./byte-reader.ts";
import { decodeElements, descriptors, type ObjectArray, parseDescriptor } from "./numpy-types.ts";
import { readPickle } from "./pickle.ts";

/**
 * Reads a `.npy` file. An array of objects is unpickled by a reader that knows numbers, texts and containers, and runs no code.
 *
 * @throws {FormatError} when it is not such a file, is cut short, or has a type without counterpart.
 * @see NumPy's `numpy/lib/format.py`
 */
export function readNpy(bytes: Uint8Array, where: string): FileArray | ObjectArray {
  const reader = new ByteReader(bytes, where);
  if (bytes[0] !== 0x93 || decodeLatin1(bytes.subarray(1, 6)) !== "NUMPY")
    reader.fail("this is not a .npy file");
  reader.take(6);
  const version = reader.u8();
  reader.u8();
  if (version < 1 || version > 3) reader.fail(`version ${version} of the .npy format is not supported`);
  const headerBytes = reader.view(version === 1 ? reader.u16() : reader.u32());
  const header = (version === 3 ? decodeUtf8(headerBytes) : undefined) ?? decodeLatin1(headerBytes);
  const descriptor = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const isFortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shapeText = /'shape':\s*\(([\d,\sL]*)\)/.exec(header)?.[1];
  if (descriptor === undefined || isFortran === undefined || shapeText === undefined) {
    return reader.fail(
      `the header ${JSON.stringify(header.trim().slice(0, 100))} is not one of a plain array`,
    );
  }
  const shape = shapeText
    .split(",")
    .filter((part) => part.trim() !== "")
    .map((part) => Number.parseInt(part, 10));
  const count = elementCount(shape);
  if (descriptor === "|O" || descriptor === "O") return readObjects(reader, shape, count);
  const type = parseDescriptor(descriptor);
  if (type === undefined) return reader.fail(`its type "${descriptor}" is not supported`);
  const byteLength = count * elementBytes(type.dtype);
  if (byteLength !== reader.remaining)
    reader.fail(
      `damaged: the shape (${shape.join(", ")}) needs ${byteLength} bytes, ${reader.remaining} are there`,
    );
  return decodeElements(reader.copy(byteLength), type.dtype, type.isBigEndian, shape, isFortran === "True");
}

function readObjects(reader: ByteReader, shape: readonly number[], count: number): ObjectArray {
  const value = readPickle(reader.view(reader.remaining), reader.where);
  if (
    typeof value !== "object" ||
    value === null ||
    !("dtype" in value) ||
    value.dtype !== "object" ||
    value.data.length !== count
  ) {
    return reader.fail("damaged: its objects are not as many as its shape says");
  }
  return { shape, dtype: "object", data: value.data };
}

const codes = new Map(Array.from(descriptors, ([code, dtype]) => [dtype, code]));

/**
 * Writes a `.npy` file (version 1.0). bfloat16, which NumPy lacks, is written as the two bytes `"<V2"`, as `ml_dtypes` does.
 */
export function writeNpy({ shape, dtype, data }: FileArray): Uint8Array {
  const code = codes.get(dtype);
  const order = elementBytes(dtype) === 1 ? "|" : "<";
  const descriptor = code === undefined ? "<V2" : `${order}${code}`;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padding = -(header.length + 1 + 10) & 63;
  const text = new TextEncoder().encode(`\u0001\0${header}${" ".repeat(padding)}\n`);
  const elements = bytesOfElements(data);
  const out = new Uint8Array(8 + text.length + elements.length);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);
  out.set(text.subarray(0, 2), 6);
  new DataView(out.buffer).setUint16(8, text.length - 2, true);
  out.set(text.subarray(2), 10);
  out.set(elements, 8 + text.length);
  return out;
}

import {
  type ArrayDtype,
  elementBytes,
  elementCount,
  type FileArray,
  swapBytes,
  viewElements,
} from "./array.ts";
import { ByteReader } from "./byte-reader.ts";

const types = new Map<number, ArrayDtype>([
  [0x08, "uint8"],
  [0x09, "int8"],
  [0x0b, "int16"],
  [0x0c, "int32"],
  [0x0d, "float32"],
  [0x0e, "float64"],
]);

/**
 * Reads an idx file, the form in which MNIST was first published: big endian, one array.
 *
 * @throws {FormatError} when it is not one, or its length contradicts its shape.
 */
export function readIdx(bytes: Uint8Array, where: string): FileArray {
  const reader = new ByteReader(bytes, where);
  if (reader.u16() !== 0) reader.fail("this is not an idx file");
  const code = reader.u8();
  const dtype = types.get(code);
  if (dtype === undefined) return reader.fail(`unknown element type ${code} of an idx file`);
  const rank = reader.u8();
  const shape = Array.from({ length: rank }, () => {
    const [a = 0, b = 0, c = 0, d = 0] = reader.view(4);
    return a * 2 ** 24 + (b << 16) + (c << 8) + d;
  });
  const byteLength = elementCount(shape) * elementBytes(dtype);
  if (byteLength !== reader.remaining)
    reader.fail(
      `damaged: the shape (${shape.join(", ")}) needs ${byteLength} bytes, ${reader.remaining} are there`,
    );
  const buffer = reader.copy(byteLength);
  swapBytes(new Uint8Array(buffer), elementBytes(dtype));
  return { shape, dtype, data: viewElements(dtype, buffer) };
}

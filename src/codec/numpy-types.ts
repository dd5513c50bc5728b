import {
  type ArrayDtype,
  elementBytes,
  elementCount,
  type FileArray,
  swapBytes,
  viewElements,
} from "./array.ts";

/** What a pickle of data can hold. Byte strings are kept as bytes; dicts become maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PickleValue[]
  | ReadonlyMap<PickleValue, PickleValue>
  | FileArray
  | ObjectArray;

/** An array of Python objects (`dtype=object`): lists of numbers, in the files that Keras publishes. */
export interface ObjectArray {
  readonly shape: readonly number[];
  readonly dtype: "object";
  readonly data: readonly PickleValue[];
}

/** NumPy's type codes, without byte order. */
export const descriptors: ReadonlyMap<string, ArrayDtype> = new Map<string, ArrayDtype>([
  ["b1", "bool"],
  ["i1", "int8"],
  ["i2", "int16"],
  ["i4", "int32"],
  ["i8", "int64"],
  ["u1", "uint8"],
  ["u2", "uint16"],
  ["u4", "uint32"],
  ["u8", "uint64"],
  ["f2", "float16"],
  ["f4", "float32"],
  ["f8", "float64"],
]);

/** NumPy's type string (`"<f4"`) as a dtype, with its byte order; `undefined` for types that are not numbers. */
export function parseDescriptor(text: string): { dtype: ArrayDtype; isBigEndian: boolean } | undefined {
  const [order = "", code] = /^[<>|=]/.test(text) ? [text[0], text.slice(1)] : ["", text];
  const dtype = descriptors.get(code);
  return dtype === undefined ? undefined : { dtype, isBigEndian: order === ">" };
}

/** Elements as NumPy stores them, made little endian and row-major. `bytes` must be in a buffer of their own. */
export function decodeElements(
  buffer: ArrayBuffer,
  dtype: ArrayDtype,
  isBigEndian: boolean,
  shape: readonly number[],
  isFortran: boolean,
): FileArray {
  const size = elementBytes(dtype);
  const bytes = new Uint8Array(buffer);
  if (isBigEndian) swapBytes(bytes, size);
  if (!isFortran || shape.length < 2) return { shape, dtype, data: viewElements(dtype, buffer) };
  const out = new Uint8Array(bytes.length);
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  for (let to = 0; to < out.length; to += size) {
    const from = size * index.reduce((sum, i, axis) => sum + i * (strides[axis] ?? 0), 0);
    out.set(bytes.subarray(from, from + size), to);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break;
      index[axis] = 0;
    }
  }
  return { shape, dtype, data: viewElements(dtype, out.buffer) };
}

/** Element types that array files can hold. The names are Keras's. */
export const arrayDtypes = [
  "bool",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float16",
  "bfloat16",
  "float32",
  "float64",
] as const;

/** Element type of an array in a file. */
export type ArrayDtype = (typeof arrayDtypes)[number];

/** Elements in memory; float16 and bfloat16 are kept as their 16 bits, bool as bytes of 0 and 1. */
export type ArrayData =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** An array as files hold it: row-major elements, their type and shape. */
export interface FileArray {
  readonly shape: readonly number[];
  readonly dtype: ArrayDtype;
  readonly data: ArrayData;
}

const views = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Record<ArrayDtype, unknown>;

/** Bytes of one element. */
export function elementBytes(dtype: ArrayDtype): number {
  return views[dtype].BYTES_PER_ELEMENT;
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The elements behind a buffer that starts with them. */
export function viewElements(dtype: ArrayDtype, buffer: ArrayBuffer): ArrayData {
  return new views[dtype](buffer);
}

/** The bytes of elements, little endian, without copying. */
export function bytesOfElements(data: ArrayData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Reverses the bytes of each element in place: big endian to little endian and back. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  for (let start = 0; start + size <= bytes.length; start += size)
    bytes.subarray(start, start + size).reverse();
}

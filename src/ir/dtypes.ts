import { DTypeError } from "../util/errors.ts";
import { didYouMean } from "../util/options.ts";

/** Every element type, in Keras's spelling. */
export const dtypes = [
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

/** Element type of a tensor. */
export type DType = (typeof dtypes)[number];

/** What the elements of a dtype are. */
export type DTypeKind = "bool" | "int" | "uint" | "float";

interface DTypeInfo {
  readonly kind: DTypeKind;
  /** Size of one element in bytes. */
  readonly bytes: 1 | 2 | 4 | 8;
}

const table = {
  bool: { kind: "bool", bytes: 1 },
  int8: { kind: "int", bytes: 1 },
  int16: { kind: "int", bytes: 2 },
  int32: { kind: "int", bytes: 4 },
  int64: { kind: "int", bytes: 8 },
  uint8: { kind: "uint", bytes: 1 },
  uint16: { kind: "uint", bytes: 2 },
  uint32: { kind: "uint", bytes: 4 },
  uint64: { kind: "uint", bytes: 8 },
  float16: { kind: "float", bytes: 2 },
  bfloat16: { kind: "float", bytes: 2 },
  float32: { kind: "float", bytes: 4 },
  float64: { kind: "float", bytes: 8 },
} as const satisfies Record<DType, DTypeInfo>;

export function isDType(value: unknown): value is DType {
  return dtypes.some((dtype) => dtype === value);
}

/** What to do with texts. */
export const textsHint =
  " Graphs hold no texts: turn the data into numbers first, by layers.StringLookup or layers.TextVectorization.";

/** Checks a dtype's name. `where` opens the error message. */
export function toDType(value: unknown, where = "dtype"): DType {
  if (value === "float") return "float32";
  if (value === "int") return "int32";
  if (isDType(value)) return value;
  const hint = value === "string" ? textsHint : didYouMean(value, dtypes);
  throw new DTypeError(
    `${where}: expected one of ${dtypes.join(", ")}, received ${JSON.stringify(value)}.${hint}`,
  );
}

export function kindOf(dtype: DType): DTypeKind {
  return table[dtype].kind;
}

/** Bytes of one element. */
export function bytesOf(dtype: DType): 1 | 2 | 4 | 8 {
  return table[dtype].bytes;
}

export function isFloat(dtype: DType): boolean {
  return kindOf(dtype) === "float";
}

/** Signed or unsigned integer (bool is neither). */
export function isInteger(dtype: DType): boolean {
  return kindOf(dtype) === "int" || kindOf(dtype) === "uint";
}

/** The JavaScript typed array that holds each dtype; bool is one byte of 0 or 1, 16-bit floats are their bits. */
export interface TypedArrayOf {
  bool: Uint8Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  float32: Float32Array;
  float64: Float64Array;
}

/** The typed array in which a tensor gives the elements of each dtype: 16-bit floats as the numbers they are. */
export interface ElementsOf extends Omit<TypedArrayOf, "float16" | "bfloat16"> {
  float16: Float32Array;
  bfloat16: Float32Array;
}

export type TypedArray = TypedArrayOf[DType] | Uint8ClampedArray;

type Constructor<A> = {
  new (length: number): A;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): A;
  readonly BYTES_PER_ELEMENT: number;
};

const constructors: { readonly [D in DType]: Constructor<TypedArrayOf[D]> } = {
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
};

/** A new zero-filled array for `size` elements. */
export function allocate<D extends DType>(dtype: D, size: number): TypedArrayOf[D] {
  return new constructors[dtype](size);
}

/** A view of `size` elements at `byteOffset` of a buffer. */
export function viewOf<D extends DType>(
  dtype: D,
  buffer: ArrayBufferLike,
  byteOffset: number,
  size: number,
): TypedArrayOf[D] {
  return new constructors[dtype](buffer, byteOffset, size);
}

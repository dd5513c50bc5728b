import { DataError } from "../util/errors.ts";
import { allocate, type DType, type ElementsOf, type TypedArray, type TypedArrayOf } from "./dtypes.ts";
import type { IndexRange } from "./program.ts";

const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

/** The value of IEEE binary16 bits. */
export function float16FromBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** IEEE binary16 bits nearest to a number (ties to even). */
export function float16ToBits(value: number): number {
  f32[0] = value;
  const x = u32[0] ?? 0;
  const sign = (x >>> 16) & 0x8000;
  if (Number.isNaN(value)) return sign | 0x7e00;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundHalfEven(magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  const e = 2 ** exponent > magnitude ? exponent - 1 : exponent;
  return sign | (((e + 15) << 10) + roundHalfEven((magnitude / 2 ** e - 1) * 1024));
}

/** The value of bfloat16 bits. */
export function bfloat16FromBits(bits: number): number {
  u32[0] = bits << 16;
  return f32[0] ?? 0;
}

/** bfloat16 bits nearest to a number (ties to even). */
export function bfloat16ToBits(value: number): number {
  f32[0] = value;
  const x = u32[0] ?? 0;
  if (Number.isNaN(value)) return 0x7fc0;
  return ((x + 0x7fff + ((x >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Rounds to the nearest integer, ties to the even one. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** What a tensor gives for the elements of a dtype's array: 16-bit floats as numbers, which float32 holds exactly. */
export function toElements<D extends DType>(data: TypedArrayOf[D], dtype: D): ElementsOf[D] {
  const given: TypedArray = data;
  if (!(given instanceof Uint16Array) || (dtype !== "float16" && dtype !== "bfloat16")) {
    return data as unknown as ElementsOf[D]; // SAFETY: the same for all but 16-bit floats
  }
  const decode = dtype === "float16" ? float16FromBits : bfloat16FromBits;
  const elements = new Float32Array(given.length);
  for (let i = 0; i < elements.length; i++) elements[i] = decode(given[i] ?? 0);
  return elements as unknown as ElementsOf[D]; // SAFETY: the dtype is one of the two
}

/**
 * The elements of a dtype's array as numbers (64-bit integers beyond 2^53 lose their last bits). 16-bit floats are their
 * bits, or numbers already.
 */
export function toNumbers(data: TypedArray, dtype: DType): ArrayLike<number> {
  if (dtype === "float16" || dtype === "bfloat16") return toElements(data as Uint16Array, dtype); // SAFETY: the dtype's array
  if (dtype === "int64" || dtype === "uint64") return Float64Array.from(data as BigInt64Array, Number); // SAFETY: the dtype's array
  return data as Exclude<TypedArray, BigInt64Array | BigUint64Array>; // SAFETY: 64-bit integers are handled above
}

/** Numbers stored as a dtype: integers are truncated and wrap, floats are rounded to nearest even. */
export function fromNumbers<D extends DType>(values: ArrayLike<number>, dtype: D): TypedArray {
  const out = allocate<DType>(dtype, values.length);
  for (let i = 0; i < values.length; i++) out[i] = encodeNumber(values[i] ?? 0, dtype);
  return out;
}

/** One number as what a dtype's typed array stores. */
export function encodeNumber(value: number, dtype: DType): never {
  // SAFETY: `never` stands for "number or bigint, as the dtype's array wants"; each branch returns the right one.
  if (dtype === "bool") return (value !== 0 ? 1 : 0) as never; // SAFETY: as above
  if (dtype === "float16") return float16ToBits(value) as never; // SAFETY: as above
  if (dtype === "bfloat16") return bfloat16ToBits(value) as never; // SAFETY: as above
  if (dtype === "int64" || dtype === "uint64") {
    return BigInt(Number.isFinite(value) ? Math.trunc(value) : 0) as never; // SAFETY: as above
  }
  return value as never; // SAFETY: as above; the array wraps or rounds
}

/**
 * Refuses indices outside their range.
 *
 * @param shape - Its first axis counts the rows of which the error names one.
 * @throws {DataError} for the first such index.
 */
export function checkIndices(
  { size, except, where, advice }: IndexRange,
  data: ArrayLike<number>,
  shape: readonly number[],
): void {
  for (let i = 0; i < data.length; i++) {
    const index = data[i] ?? 0;
    if ((index >= 0 && index < size) || index === except) continue;
    const row = Math.floor(i / (data.length / (shape[0] ?? 1)));
    throw new DataError(
      `${where}: expected whole numbers from 0 to ${size - 1}, received ${index} in row ${row}. ${advice}`,
    );
  }
}

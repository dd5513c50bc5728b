import { bytesOf, type DType } from "../../../ir/dtypes.ts";
import { i32, v128, type Expr } from "../assembler/index.ts";
import { narrow, widen } from "../math/convert.ts";
import type { Scope, Vector, VectorExpr } from "../math/scope.ts";

type Address = Expr<"i32">;

/** Addresses from which anything may be read, and ignored: where loads go whose guard fails. */
export const safeAddress = 64;

const laneLoads = { 1: v128.load8Lane, 2: v128.load16Lane, 4: v128.load32Lane, 8: v128.load64Lane } as const;
const splatLoads = {
  1: v128.load8Splat,
  2: v128.load16Splat,
  4: v128.load32Splat,
  8: v128.load64Splat,
} as const;
const widthLog2 = { 1: 0, 2: 1, 4: 2, 8: 3 } as const;

/** One element in all lanes. */
export function loadSplat(s: Scope, address: Address, dtype: DType): VectorExpr {
  return widen(s, splatLoads[bytesOf(dtype)](address), dtype);
}

/** `width` neighbouring elements; reads a whole number of machine words, perhaps past the last element. */
export function loadVector(
  s: Scope,
  address: Address,
  offset: number,
  dtype: DType,
  width: 4 | 2,
): VectorExpr {
  switch (bytesOf(dtype) * width) {
    case 16:
      return widen(s, v128.load(address, offset), dtype);
    case 8:
      return widen(s, v128.load64Zero(address, offset), dtype);
    case 4:
      return widen(s, v128.load32Zero(address, offset), dtype);
    default:
      return widen(s, v128.load16Splat(address, offset), dtype);
  }
}

/** Elements from an address for each lane. */
export function loadLanes(s: Scope, addresses: readonly Address[], dtype: DType): VectorExpr {
  const bytes = bytesOf(dtype);
  let raw: VectorExpr = bytes === 4 ? v128.load32Zero(addresses[0] ?? 0) : s.f32(0);
  addresses.forEach((address, lane) => {
    if (bytes !== 4 || lane > 0) raw = laneLoads[bytes](address, raw, lane);
  });
  return widen(s, raw, dtype);
}

/** `address + offset`, for offsets that may be negative. */
export function displaced(address: Address, offset: number): Address {
  return offset === 0 ? address : i32.add(address, offset);
}

/** Stores the first `count` lanes to neighbouring elements. */
export function storeVector(
  s: Scope,
  address: Address,
  offset: number,
  value: Vector,
  dtype: DType,
  count: number,
): void {
  const packed = s.temp(narrow(s, value, dtype));
  const total = count * bytesOf(dtype);
  if (total === 16) return s.fn.store(address, packed, offset);
  // Pieces of 8, 4, 2 and 1 bytes, each at a multiple of its size.
  for (let done = 0; done < total;) {
    const log2 = ([3, 2, 1, 0] as const).find((l) => done % (1 << l) === 0 && done + (1 << l) <= total) ?? 0;
    s.fn.storeLane(address, packed, log2, done >> log2, offset + done);
    done += 1 << log2;
  }
}

/** Stores the first lanes, one to each address. */
export function storeLanes(s: Scope, addresses: readonly Address[], value: Vector, dtype: DType): void {
  const packed = s.temp(narrow(s, value, dtype));
  addresses.forEach((address, lane) => s.fn.storeLane(address, packed, widthLog2[bytesOf(dtype)], lane));
}

import { bytesOf, type DType } from "../../../ir/dtypes.ts";
import {
  f32,
  f32x4,
  f64,
  f64x2,
  i16x8,
  i32x4,
  i64,
  i64x2,
  i8x16,
  select,
  shuffle32,
  v128,
} from "../assembler/index.ts";
import { wrapLanes } from "./integer32.ts";
import { isUnsigned, laneClass, type LaneClass } from "./lanes.ts";
import type { Scope, Vector, VectorExpr } from "./scope.ts";

/** binary16 bits (zero-extended lanes) as 32-bit floats. */
function float16ToFloat32(s: Scope, bits: Vector): VectorExpr {
  const magnitude = s.temp(v128.and(bits, s.i32(0x7fff)));
  const scaled = s.temp(f32x4.mul(i32x4.shl(magnitude, 13), s.f32(2 ** 112)));
  const special = v128.and(i32x4.gtS(magnitude, s.i32(0x7bff)), s.i32(0x7f800000));
  return v128.or(v128.or(scaled, special), i32x4.shl(v128.and(bits, s.i32(0x8000)), 16));
}

/** 32-bit floats as binary16 bits, rounded to nearest even. */
function float32ToFloat16(s: Scope, x: Vector): VectorExpr {
  const sign = s.temp(v128.and(x, s.i32(-0x80000000)));
  const a = s.temp(v128.xor(x, sign));
  // Subnormal results: adding ½ lets the machine round at the right bit.
  const subnormal = s.temp(i32x4.sub(f32x4.add(a, s.f32(0.5)), s.f32(0.5)));
  const odd = v128.and(i32x4.shrU(a, 13), s.i32(1));
  const rounded = i32x4.add(i32x4.add(a, s.i32(((15 - 127) << 23) + 0xfff)), odd);
  const result = s.temp(i32x4.shrU(rounded, 13));
  s.fn.set(result, v128.bitselect(subnormal, result, i32x4.ltS(a, s.i32(0x38800000))));
  const special = v128.bitselect(s.i32(0x7e00), s.i32(0x7c00), i32x4.gtS(a, s.i32(0x7f800000)));
  s.fn.set(result, v128.bitselect(special, result, i32x4.geS(a, s.i32(0x47800000))));
  return v128.or(result, i32x4.shrU(sign, 16));
}

/** 32-bit floats as bfloat16 bits, rounded to nearest even. */
function float32ToBfloat16(s: Scope, x: Vector): VectorExpr {
  const odd = v128.and(i32x4.shrU(x, 16), s.i32(1));
  const rounded = i32x4.shrU(i32x4.add(i32x4.add(x, s.i32(0x7fff)), odd), 16);
  return v128.bitselect(s.i32(0x7fc0), rounded, f32x4.ne(x, x));
}

/** Packed elements of a dtype, in the low bytes of `raw`, as lanes to compute with. */
export function widen(s: Scope, raw: VectorExpr, dtype: DType): VectorExpr {
  switch (dtype) {
    case "bool":
      // Whatever is not 0 holds, as in data of callers.
      return i32x4.gtS(i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(raw)), s.i32(0));
    case "int8":
      return i32x4.extendLowI16x8S(i16x8.extendLowI8x16S(raw));
    case "uint8":
      return i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(raw));
    case "int16":
      return i32x4.extendLowI16x8S(raw);
    case "uint16":
      return i32x4.extendLowI16x8U(raw);
    case "float16":
      return float16ToFloat32(s, s.temp(i32x4.extendLowI16x8U(raw)));
    case "bfloat16":
      return i32x4.shl(i32x4.extendLowI16x8U(raw), 16);
    default:
      return raw;
  }
}

/** Lanes as packed elements of a dtype, in the low bytes of the result. */
export function narrow(s: Scope, value: Vector, dtype: DType): VectorExpr {
  const bits =
    dtype === "bool"
      ? i32x4.shrU(value, 31)
      : dtype === "float16"
        ? float32ToFloat16(s, value)
        : dtype === "bfloat16"
          ? float32ToBfloat16(s, value)
          : value;
  const width = bytesOf(dtype);
  if (width >= 4) return bits;
  const local = s.temp(bits);
  const lanes = width === 1 ? [0, 4, 8, 12] : [0, 1, 4, 5, 8, 9, 12, 13];
  return i8x16.shuffle(
    local,
    local,
    Array.from({ length: 16 }, (_, i) => lanes[i % lanes.length] ?? 0),
  );
}

/** `mask` picks between two values of a dtype: `whenTrue` where it holds. */
export function selectLanes(
  mask: VectorExpr,
  whenTrue: VectorExpr,
  whenFalse: VectorExpr,
  dtype: DType,
): VectorExpr {
  const kind = laneClass(dtype);
  const wide = kind === "f64" || kind === "i64" ? i64x2.extendLowI32x4S(mask) : mask;
  return v128.bitselect(whenTrue, whenFalse, wide);
}

type Conversion = (s: Scope, x: Vector, from: DType, to: DType) => VectorExpr;

/** Lane by lane between 64-bit integers and floats, for which there is no vector instruction. */
function fromInt64(s: Scope, x: Vector, from: DType, to: "f32" | "f64"): VectorExpr {
  const result = s.temp(s.f64(0));
  const unsigned = isUnsigned(from);
  for (const lane of [0, 1]) {
    const value = i64x2.extractLane(x, lane);
    const wide = unsigned ? f64.convertI64U(value) : f64.convertI64S(value);
    const single = unsigned ? f32.convertI64U(value) : f32.convertI64S(value);
    s.fn.set(
      result,
      to === "f64" ? f64x2.replaceLane(result, lane, wide) : f32x4.replaceLane(result, lane, single),
    );
  }
  return result;
}

function toInt64(s: Scope, x: Vector, from: "f32" | "f64", to: DType): VectorExpr {
  const result = s.temp(s.f64(0));
  for (const lane of [0, 1]) {
    const local = s.fn.local("f64");
    s.fn.set(local, from === "f64" ? f64x2.extractLane(x, lane) : f64.promoteF32(f32x4.extractLane(x, lane)));
    const signed = i64.truncSatF64S(local);
    const value = isUnsigned(to) ? select(signed, i64.truncSatF64U(local), f64.lt(local, 0)) : signed;
    s.fn.set(result, i64x2.replaceLane(result, lane, value));
  }
  return result;
}

/** Floats to integers truncate; negative ones wrap into unsigned dtypes, as conversions by way of int32 do. */
function f32ToI32(s: Scope, x: Vector, to: DType): VectorExpr {
  if (to !== "uint32") return wrapLanes(s, i32x4.truncSatF32x4S(x), to);
  return v128.bitselect(i32x4.truncSatF32x4S(x), i32x4.truncSatF32x4U(x), f32x4.lt(x, s.f32(0)));
}

function f64ToI32(s: Scope, x: Vector, to: DType): VectorExpr {
  if (to !== "uint32") return wrapLanes(s, i32x4.truncSatF64x2SZero(x), to);
  const negative = s.temp(f64x2.lt(x, s.f64(0)));
  const mask = shuffle32(negative, negative, [0, 2, 0, 2]);
  return v128.bitselect(i32x4.truncSatF64x2SZero(x), i32x4.truncSatF64x2UZero(x), mask);
}

/** What a half-precision dtype keeps of a value. */
function roundTo(s: Scope, x: VectorExpr, to: DType): VectorExpr {
  if (to === "float16") return float16ToFloat32(s, s.temp(float32ToFloat16(s, s.temp(x))));
  if (to === "bfloat16") return i32x4.shl(float32ToBfloat16(s, s.temp(x)), 16);
  return x;
}

const conversions: Record<LaneClass, Record<LaneClass, Conversion>> = {
  f32: {
    f32: (s, x, _, to) => roundTo(s, x, to),
    f64: (_, x) => f64x2.promoteLowF32x4(x),
    i32: (s, x, _, to) => f32ToI32(s, x, to),
    i64: (s, x, _, to) => toInt64(s, x, "f32", to),
    bool: (s, x) => f32x4.ne(x, s.f32(0)),
  },
  f64: {
    f32: (s, x, _, to) => roundTo(s, f32x4.demoteF64x2Zero(x), to),
    f64: (_, x) => x,
    i32: (s, x, _, to) => f64ToI32(s, x, to),
    i64: (s, x, _, to) => toInt64(s, x, "f64", to),
    bool: (s, x) => {
      const mask = s.temp(f64x2.ne(x, s.f64(0)));
      return shuffle32(mask, mask, [0, 2, 0, 2]);
    },
  },
  i32: {
    f32: (s, x, from, to) =>
      roundTo(s, isUnsigned(from) ? f32x4.convertI32x4U(x) : f32x4.convertI32x4S(x), to),
    f64: (_, x, from) => (isUnsigned(from) ? f64x2.convertLowI32x4U(x) : f64x2.convertLowI32x4S(x)),
    i32: (s, x, _, to) => wrapLanes(s, x, to),
    i64: (_, x, from) => (isUnsigned(from) ? i64x2.extendLowI32x4U(x) : i64x2.extendLowI32x4S(x)),
    bool: (s, x) => i32x4.ne(x, s.i32(0)),
  },
  i64: {
    f32: (s, x, from, to) => roundTo(s, fromInt64(s, x, from, "f32"), to),
    f64: (s, x, from) => fromInt64(s, x, from, "f64"),
    i32: (s, x, _, to) => wrapLanes(s, shuffle32(x, x, [0, 2, 0, 2]), to),
    i64: (_, x) => x,
    bool: (s, x) => {
      const mask = s.temp(i64x2.ne(x, s.f64(0)));
      return shuffle32(mask, mask, [0, 2, 0, 2]);
    },
  },
  bool: {
    f32: (s, x) => v128.and(x, s.f32(1)),
    f64: (s, x) => v128.and(i64x2.extendLowI32x4S(x), s.f64(1)),
    i32: (s, x) => v128.and(x, s.i32(1)),
    i64: (s, x) => v128.and(i64x2.extendLowI32x4S(x), s.constant(1, "int64")),
    bool: (_, x) => x,
  },
};

/** Converts lanes of one dtype to another. */
export function convertLanes(s: Scope, x: Vector, from: DType, to: DType): VectorExpr {
  return conversions[laneClass(from)][laneClass(to)](s, x, from, to);
}

import { f32x4, f64x2, i64x2, shuffle32, v128 } from "../assembler/index.ts";
import type { Scope, Vector, VectorExpr } from "./scope.ts";

const magic = 6755399441055744; // 1.5·2⁵²: a sum with it has the nearest integer in its low bits

/** log₂ of two positive doubles: `log m = 2·(s + s³/3 + s⁵/5 + …)` with `s = (m − 1) / (m + 1)`. */
function log2Pair(s: Scope, x: Vector): VectorExpr {
  const split = s.bytes(new Uint8Array(BigInt64Array.of(0x3fe6a09e667f3bcdn, 0x3fe6a09e667f3bcdn).buffer));
  const fraction = s.bytes(new Uint8Array(BigInt64Array.of(0xfffffffffffffn, 0xfffffffffffffn).buffer));
  const offset = s.temp(i64x2.sub(x, split));
  const exponent = s.temp(f64x2.sub(i64x2.add(i64x2.shrS(offset, 52), s.f64(magic)), s.f64(magic)));
  const m = s.temp(i64x2.add(v128.and(offset, fraction), split));
  const ratio = s.temp(f64x2.div(f64x2.sub(m, s.f64(1)), f64x2.add(m, s.f64(1))));
  const square = s.temp(f64x2.mul(ratio, ratio));
  const terms = [1, 3, 5, 7, 9, 11, 13, 15, 17].map((n) => (2 * Math.LOG2E) / n);
  return s.madd64(ratio, s.polynomial64(square, terms), exponent);
}

/** 2ˣ of two doubles, to single precision's range. */
function exp2Pair(s: Scope, x: Vector): VectorExpr {
  const clamped = s.temp(f64x2.pmax(f64x2.pmin(x, s.f64(200)), s.f64(-200)));
  const shifted = s.temp(f64x2.add(clamped, s.f64(magic)));
  const r = s.temp(f64x2.sub(clamped, f64x2.sub(shifted, s.f64(magic))));
  const terms = [1];
  for (let n = 1; n <= 10; n++) terms.push(((terms[n - 1] ?? 1) * Math.LN2) / n);
  const bias = s.bytes(new Uint8Array(BigInt64Array.of(1023n, 1023n).buffer));
  return f64x2.mul(s.polynomial64(r, terms), i64x2.shl(i64x2.add(shifted, bias), 52));
}

/** |x|ʸ of two lanes. */
function powerPair(s: Scope, x: Vector, y: VectorExpr): VectorExpr {
  const zero = s.f64(0);
  const log = s.temp(log2Pair(s, x));
  s.fn.set(log, v128.bitselect(s.f64(-Infinity), log, f64x2.eq(x, zero)));
  // Not below ∞: ∞ and NaN are their own logarithm.
  s.fn.set(log, v128.bitselect(log, x, f64x2.lt(x, s.f64(Infinity))));
  const product = s.temp(f64x2.mul(y, log));
  return exp2Pair(s, product);
}

/** xʸ of 32-bit floats, through doubles: correctly rounded but for rare ties. Special cases as IEEE 754's pow. */
export function pow(s: Scope, x: Vector, y: Vector): VectorExpr {
  const sign = s.i32(-0x80000000);
  const [one, zero] = [s.f32(1), s.f32(0)];
  const a = s.temp(v128.andnot(x, sign));
  const low = s.temp(powerPair(s, s.temp(f64x2.promoteLowF32x4(a)), f64x2.promoteLowF32x4(y)));
  const highA = shuffle32(a, a, [2, 3, 2, 3]);
  const highY = shuffle32(y, y, [2, 3, 2, 3]);
  const high = s.temp(powerPair(s, s.temp(f64x2.promoteLowF32x4(highA)), f64x2.promoteLowF32x4(highY)));
  const result = s.temp(shuffle32(f32x4.demoteF64x2Zero(low), f32x4.demoteF64x2Zero(high), [0, 1, 4, 5]));
  const whole = s.temp(f32x4.eq(f32x4.trunc(y), y));
  const halfY = s.temp(f32x4.mul(y, s.f32(0.5)));
  const odd = s.temp(v128.andnot(whole, f32x4.eq(f32x4.trunc(halfY), halfY)));
  s.fn.set(result, v128.or(result, v128.and(v128.and(x, sign), odd)));
  // A negative finite base with a fractional exponent has no real power.
  const negative = v128.and(f32x4.lt(x, zero), f32x4.gt(x, s.f32(-Infinity)));
  s.fn.set(result, v128.bitselect(s.f32(NaN), result, v128.andnot(negative, whole)));
  const unit = v128.or(f32x4.eq(y, zero), f32x4.eq(x, one));
  const minusOne = v128.and(f32x4.eq(x, s.f32(-1)), f32x4.eq(f32x4.abs(y), s.f32(Infinity)));
  return v128.bitselect(one, result, v128.or(unit, minusOne));
}

import { f32x4, i32x4, v128 } from "../assembler/index.ts";
import type { Scope, Vector, VectorExpr } from "./scope.ts";

// Single-precision exponentials and logarithms. The polynomials are those of the Cephes library (expf, logf), the
// coefficients of erf were fitted over Chebyshev nodes. Errors are measured in the tests beside.

/** Adding 1.5·2²³ leaves the nearest integer in the low bits of a float of moderate size. */
const roundingShift = 12582912;
const ln2High = 0.693359375;
const ln2Low = -2.1219444e-4;

/** `x = n·ln 2 + r`: `r` in ±ln 2 / 2, and `n` as an integer vector. */
function reduce(s: Scope, x: Vector): { readonly r: Vector; readonly n: Vector } {
  const shifted = s.temp(s.madd(x, s.f32(Math.LOG2E), s.f32(roundingShift)));
  const whole = s.temp(f32x4.sub(shifted, s.f32(roundingShift)));
  const r = s.temp(s.nmadd(whole, s.f32(ln2High), x));
  s.fn.set(r, s.nmadd(whole, s.f32(ln2Low), r));
  s.fn.set(whole, i32x4.sub(shifted, s.f32(roundingShift)));
  return { r, n: whole };
}

/** `(eʳ − 1 − r) / r²` on ±ln 2 / 2. */
function tail(s: Scope, r: Vector): VectorExpr {
  return s.polynomial(
    r,
    [5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.98756915e-4],
  );
}

/** `2ⁿ` for normal results. */
function powerOfTwo(s: Scope, n: VectorExpr): VectorExpr {
  return i32x4.shl(i32x4.add(n, s.i32(127)), 23);
}

/** eˣ; relative error below 1.5 ulp, subnormal results included. */
export function exp(s: Scope, x: Vector): VectorExpr {
  // In this order of arguments the x86 minimum and maximum keep a NaN.
  const clamped = s.temp(f32x4.pmax(f32x4.pmin(x, s.f32(89)), s.f32(-104.5)));
  const { r, n } = reduce(s, clamped);
  const square = s.temp(f32x4.mul(r, r));
  const series = s.temp(f32x4.add(s.madd(tail(s, r), square, r), s.f32(1)));
  // Two steps, since 2ⁿ itself may be out of range where the product is not.
  const half = s.temp(i32x4.shrS(n, 1));
  return f32x4.mul(f32x4.mul(series, powerOfTwo(s, half)), powerOfTwo(s, i32x4.sub(n, half)));
}

/** eˣ for x up to 80, as weights are; 0 instead of subnormal results, which are slow to work with. Error as of `exp`. */
export function expOfWeight(s: Scope, x: Vector): VectorExpr {
  const lowest = s.f32(-87.3);
  const clamped = s.temp(f32x4.pmax(x, lowest));
  const { r, n } = reduce(s, clamped);
  const square = s.temp(f32x4.mul(r, r));
  const series = s.temp(f32x4.add(s.madd(tail(s, r), square, r), s.f32(1)));
  return v128.andnot(f32x4.mul(series, powerOfTwo(s, n)), f32x4.lt(x, lowest));
}

/** eˣ − 1 for x ≤ 88.7 (larger x gives infinity); relative error below 2.5 ulp. */
export function expm1(s: Scope, x: Vector): VectorExpr {
  const clamped = s.temp(f32x4.pmax(f32x4.pmin(x, s.f32(89)), s.f32(-18)));
  const { r, n } = reduce(s, clamped);
  const square = s.temp(f32x4.mul(r, r));
  const series = s.temp(s.madd(tail(s, r), square, r));
  // 2ⁿ(1 + series) − 1 = 2·(2ⁿ⁻¹·series + (2ⁿ⁻¹ − ½)), where 2ⁿ⁻¹ is always in range
  const scale = s.temp(powerOfTwo(s, i32x4.sub(n, s.i32(1))));
  const sum = s.temp(s.madd(scale, series, f32x4.sub(scale, s.f32(0.5))));
  // The sign of the result is that of x, which matters for −0.
  return v128.or(f32x4.add(sum, sum), v128.and(x, s.i32(-0x80000000)));
}

/** tanh x = u / (u + 2) with u = e²ˣ − 1; relative error below 3 ulp. */
export function tanh(s: Scope, x: Vector): VectorExpr {
  const sign = s.i32(-0x80000000);
  const magnitude = s.temp(v128.andnot(x, sign));
  const clamped = s.temp(f32x4.pmin(magnitude, s.f32(9.5)));
  const twice = s.temp(f32x4.add(clamped, clamped));
  const { r, n } = reduce(s, twice);
  const square = s.temp(f32x4.mul(r, r));
  const series = s.temp(s.madd(tail(s, r), square, r));
  const scale = s.temp(powerOfTwo(s, n));
  const u = s.temp(s.madd(scale, series, f32x4.sub(scale, s.f32(1))));
  return v128.or(f32x4.div(u, f32x4.add(u, s.f32(2))), v128.and(x, sign));
}

/** Logarithm of a positive normal number: `e·ln 2 + log m`, m in [√½, √2). */
function logNormal(s: Scope, x: Vector, exponentShift: VectorExpr | null): VectorExpr {
  // Exponent and mantissa split at √½ by integer arithmetic on the bits.
  const offset = s.temp(i32x4.sub(x, s.i32(0x3f3504f3)));
  let exponent: VectorExpr = f32x4.convertI32x4S(i32x4.shrS(offset, 23));
  if (exponentShift !== null) exponent = f32x4.add(exponent, exponentShift);
  const e = s.temp(exponent);
  const m = s.temp(i32x4.add(v128.and(offset, s.i32(0x007fffff)), s.i32(0x3f3504f3)));
  s.fn.set(m, f32x4.sub(m, s.f32(1)));
  const z = s.temp(f32x4.mul(m, m));
  const series = s.polynomial(
    m,
    [
      3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.2420140846e-1,
      1.167699874e-1, -1.151461031e-1, 7.0376836292e-2,
    ],
  );
  const y = s.temp(f32x4.mul(f32x4.mul(series, m), z));
  s.fn.set(y, s.madd(e, s.f32(ln2Low), y));
  s.fn.set(y, s.nmadd(z, s.f32(0.5), y));
  return s.madd(e, s.f32(ln2High), f32x4.add(m, y));
}

/** Puts in what a logarithm is at the ends of its domain: −∞ at 0, +∞ at ∞, NaN below 0 and at NaN. */
function logEnds(s: Scope, result: Vector, x: VectorExpr, local: Vector): VectorExpr {
  s.fn.set(local, x);
  const zero = s.f32(0);
  s.fn.set(result, v128.bitselect(s.f32(-Infinity), result, f32x4.eq(local, zero)));
  // Positive and finite, or zero: keep; else x + (x < 0 ? NaN : x), which is ∞ at ∞ and NaN at NaN and below 0.
  const plain = v128.and(f32x4.ge(local, zero), f32x4.lt(local, s.f32(Infinity)));
  const other = v128.bitselect(s.f32(NaN), local, f32x4.lt(local, zero));
  return v128.bitselect(result, other, plain);
}

/** log x; error below 1.5 ulp, subnormal arguments included. */
export function log(s: Scope, x: Vector): VectorExpr {
  const small = s.temp(f32x4.lt(x, s.f32(2 ** -126)));
  const scaled = s.temp(v128.bitselect(f32x4.mul(x, s.f32(2 ** 23)), x, small));
  const result = s.temp(logNormal(s, scaled, v128.and(small, s.f32(-23))));
  return logEnds(s, result, x, scaled);
}

/** log(1 + x) = log u + (x − (u − 1)) / u with u = 1 + x rounded; error below 2.5 ulp. */
export function log1p(s: Scope, x: Vector): VectorExpr {
  const u = s.temp(f32x4.add(x, s.f32(1)));
  const correction = s.temp(f32x4.div(f32x4.sub(x, f32x4.sub(u, s.f32(1))), u));
  const result = s.temp(f32x4.add(logNormal(s, u, null), correction));
  const ended = s.temp(logEnds(s, result, u, correction));
  // Tiny x (−0 among them) are their own logarithm.
  return v128.bitselect(x, ended, f32x4.lt(f32x4.abs(x), s.f32(2 ** -25)));
}

/** erf x: an odd polynomial up to 0.93, 1 − e^(−g(x)) beyond; error below 2 ulp. */
export function erf(s: Scope, x: Vector): VectorExpr {
  const sign = s.i32(-0x80000000);
  const a = s.temp(f32x4.pmin(v128.andnot(x, sign), s.f32(4)));
  const z = s.temp(f32x4.mul(a, a));
  // a + a·(P − 1): the larger part is exact.
  const near = s.temp(
    s.madd(
      s.polynomial(
        z,
        [
          0.1283791665750216, -0.37612633063040035, 0.11283684412139776, -0.026858753322890876,
          0.0051993768060926895, -0.0008123467570289753, 8.287424423816651e-5,
        ],
      ),
      a,
      a,
    ),
  );
  const g = s.temp(
    f32x4.neg(
      s.polynomial(
        a,
        [
          -0.0003031665851445098, 1.1301664005769083, 0.631937675844307, 0.10997761801597442,
          -0.02636432788192572, 0.0047400767798775325, -0.0005927371871318067, 4.558668122908182e-5,
          -1.613858870940768e-6,
        ],
      ),
    ),
  );
  const far = s.temp(f32x4.sub(s.f32(1), exp(s, g)));
  return v128.or(v128.bitselect(near, far, f32x4.lt(a, s.f32(0.93))), v128.and(x, sign));
}

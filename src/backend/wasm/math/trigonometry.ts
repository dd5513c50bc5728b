import { f32, f32x4, f64, i32x4, v128 } from "../assembler/index.ts";
import type { HostName } from "./host.ts";
import type { Scope, Vector, VectorExpr } from "./scope.ts";

// Polynomials of the Cephes library (sinf, cosf, atanf).

/** Largest argument for which π/2 in three parts reduces to full precision. */
const largestReduced = 8192;
const halfPi = [1.5703125, 4.837512969970703125e-4, 7.54978995489188216e-8] as const;

/** Replaces the lanes of `result` where `mask` holds by a double-precision function of `x`, called lane by lane. */
export function replaceRare(s: Scope, result: Vector, mask: Vector, name: HostName, x: Vector): void {
  const { fn, shared } = s;
  fn.if(v128.anyTrue(mask), () => {
    for (const lane of [0, 1, 2, 3]) {
      fn.if(i32x4.extractLane(mask, lane), () => {
        const wide = fn.callValue("f64", shared.host[name], f64.promoteF32(f32x4.extractLane(x, lane)));
        fn.set(result, f32x4.replaceLane(result, lane, f32.demoteF64(wide)));
      });
    }
  });
}

/** `x = q·π/2 + r` with `r` in ±π/4; and both polynomials of `r`. */
function quadrants(
  s: Scope,
  x: Vector,
): { readonly q: Vector; readonly sine: Vector; readonly cosine: Vector } {
  const shift = s.f32(12582912);
  const q = s.temp(s.madd(x, s.f32(2 / Math.PI), shift));
  const whole = s.temp(f32x4.sub(q, shift));
  const r = s.temp(s.nmadd(whole, s.f32(halfPi[0]), x));
  s.fn.set(r, s.nmadd(whole, s.f32(halfPi[1]), r));
  s.fn.set(r, s.nmadd(whole, s.f32(halfPi[2]), r));
  const z = s.temp(f32x4.mul(r, r));
  const odd = s.polynomial(z, [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4]);
  const sine = s.temp(s.madd(f32x4.mul(odd, z), r, r));
  const even = s.polynomial(z, [4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5]);
  const cosine = s.temp(f32x4.add(s.nmadd(z, s.f32(0.5), f32x4.mul(f32x4.mul(even, z), z)), s.f32(1)));
  return { q, sine, cosine };
}

function rareArguments(s: Scope, x: Vector): Vector {
  // Not (|x| ≤ limit), so that NaN and infinities go the slow way too.
  return s.temp(v128.not(f32x4.le(f32x4.abs(x), s.f32(largestReduced))));
}

/** Sine (`turn` 0) or cosine (`turn` 1: a quarter turn ahead); error below 2 ulp, or 2⁻²⁵ near the zeros. */
function wave(s: Scope, x: Vector, turn: 0 | 1): VectorExpr {
  const { q, sine, cosine } = quadrants(s, x);
  const quadrant = turn === 0 ? q : s.temp(i32x4.add(q, s.i32(1)));
  const odd = i32x4.neg(v128.and(quadrant, s.i32(1)));
  const value = s.temp(v128.bitselect(cosine, sine, odd));
  const sign = i32x4.shl(v128.and(quadrant, s.i32(2)), 30);
  const result = s.temp(v128.xor(value, sign));
  replaceRare(s, result, rareArguments(s, x), turn === 0 ? "sin" : "cos", x);
  return turn === 0 ? v128.bitselect(x, result, f32x4.eq(x, s.f32(0))) : result;
}

export function sin(s: Scope, x: Vector): VectorExpr {
  return wave(s, x, 0);
}

export function cos(s: Scope, x: Vector): VectorExpr {
  return wave(s, x, 1);
}

/** tan x: sin / cos, or −cos / sin in odd quadrants; error below 4 ulp. */
export function tan(s: Scope, x: Vector): VectorExpr {
  const { q, sine, cosine } = quadrants(s, x);
  const odd = s.temp(i32x4.neg(v128.and(q, s.i32(1))));
  const above = v128.bitselect(f32x4.neg(cosine), sine, odd);
  const result = s.temp(f32x4.div(above, v128.bitselect(sine, cosine, odd)));
  replaceRare(s, result, rareArguments(s, x), "tan", x);
  return v128.bitselect(x, result, f32x4.eq(x, s.f32(0)));
}

/** Arc tangent of a number in [0, 1]. */
function atanUnit(s: Scope, x: Vector): VectorExpr {
  // Above tan(π/8): atan x = π/4 + atan((x − 1) / (x + 1)).
  const large = s.temp(f32x4.gt(x, s.f32(Math.SQRT2 - 1)));
  const moved = f32x4.div(f32x4.sub(x, s.f32(1)), f32x4.add(x, s.f32(1)));
  const t = s.temp(v128.bitselect(moved, x, large));
  const z = s.temp(f32x4.mul(t, t));
  const series = s.polynomial(z, [-3.33329491539e-1, 1.99777106478e-1, -1.38776856032e-1, 8.05374449538e-2]);
  const value = s.temp(s.madd(f32x4.mul(series, z), t, t));
  return f32x4.add(value, v128.and(large, s.f32(Math.PI / 4)));
}

/** Arc tangent; error below 3 ulp. */
export function atan(s: Scope, x: Vector): VectorExpr {
  const sign = s.i32(-0x80000000);
  const a = s.temp(v128.andnot(x, sign));
  const large = s.temp(f32x4.gt(a, s.f32(1)));
  const unit = s.temp(v128.bitselect(f32x4.div(s.f32(1), a), a, large));
  const value = s.temp(atanUnit(s, unit));
  const reflected = f32x4.sub(s.f32(Math.PI / 2), value);
  return v128.or(v128.bitselect(reflected, value, large), v128.and(x, sign));
}

/** Angle of the point (x, y), by octants; zeros and infinities as IEEE 754 has them. */
export function atan2(s: Scope, y: Vector, x: Vector): VectorExpr {
  const sign = s.i32(-0x80000000);
  const [ax, ay] = [s.temp(v128.andnot(x, sign)), s.temp(v128.andnot(y, sign))];
  const low = s.temp(f32x4.min(ax, ay));
  const high = s.temp(f32x4.max(ax, ay));
  const ratio = s.temp(f32x4.div(low, high));
  // 0/0 and ∞/∞, NaN as quotients, are angles of 0 and π/4.
  s.fn.set(ratio, v128.bitselect(low, ratio, f32x4.eq(high, s.f32(0))));
  s.fn.set(ratio, v128.bitselect(s.f32(1), ratio, f32x4.eq(low, s.f32(Infinity))));
  const angle = s.temp(atanUnit(s, ratio));
  s.fn.set(angle, v128.bitselect(f32x4.sub(s.f32(Math.PI / 2), angle), angle, f32x4.gt(ay, ax)));
  s.fn.set(angle, v128.bitselect(f32x4.sub(s.f32(Math.PI), angle), angle, i32x4.shrS(x, 31)));
  return v128.or(angle, v128.and(y, sign));
}

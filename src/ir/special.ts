/** Special functions in double precision, for the reference meaning of primitives. */

/** Error function: a series of positive terms near 0, the continued fraction of `erfc` elsewhere. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const a = Math.abs(x);
  if (a > 2.5) return Math.sign(x) * (1 - erfc(a));
  // erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** `1 − erf x`, with small relative error for large positive `x`. */
export function erfc(x: number): number {
  if (x < 2.5) return 1 - erf(x);
  if (x > 27) return 0;
  // e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))), from the tail
  let tail = x;
  for (let n = 120; n >= 1; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}

/** Inverse of `erf`: a starting value after Winitzki, then Newton steps on `erfc`, which keep precision near ±1. */
export function erfInv(y: number): number {
  const a = Math.abs(y);
  if (Number.isNaN(y) || a > 1) return NaN;
  if (a === 1) return y * Infinity;
  const log = Math.log1p(-a * a);
  const t = 2 / (Math.PI * 0.147) + log / 2;
  let x = Math.sqrt(Math.max(0, Math.sqrt(t * t - log / 0.147) - t));
  for (let i = 0; i < 4; i++) {
    const error = a < 0.5 ? erf(x) - a : 1 - a - erfc(x);
    x -= error / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
  }
  return Math.sign(y) * x;
}

/** `log |Γ(x)|`: Stirling's series after a shift to `x ≥ 12`, and reflection below 1/2. */
export function lgamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  if (!Number.isFinite(x)) return x;
  let product = 1;
  let z = x;
  for (; z < 12; z++) product *= z;
  const r = 1 / (z * z);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}

/** Derivative of `log Γ(x)`: its asymptotic series after a shift to `x ≥ 12`, and reflection below 0. */
export function digamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return NaN;
  if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  let sum = 0;
  let z = x;
  for (; z < 12; z++) sum -= 1 / z;
  const r = 1 / (z * z);
  return sum + Math.log(z) - 0.5 / z - r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r / 132))));
}

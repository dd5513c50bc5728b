import { fromNumbers } from "./numbers.ts";
import type { PrimitiveFunctions } from "./primitive.ts";
import type { Var } from "./program.ts";

/** Real and imaginary parts. */
export type Complex = readonly [re: Var, im: Var];

/** Lengths up to this are transformed by one matrix product. */
const direct = 64;

/**
 * Unnormalised discrete Fourier transform along the last axis of `[rows, n]`: `Σ x_j·e^(sign·2πi·jk/n)`.
 *
 * Composite lengths are split (Cooley and Tukey 1965), so that most of the work is small matrix products; large prime
 * lengths become a convolution of a power of two (Bluestein 1970).
 */
export function transform(p: PrimitiveFunctions, x: Complex, sign: 1 | -1): Complex {
  const n = x[0].shape[1] ?? 0;
  if (n <= direct) return product(p, x, n, sign);
  const factor = largestFactor(n);
  return factor === 1 ? bluestein(p, x, sign) : split(p, x, factor, sign);
}

/** The largest divisor of n that one product transforms; 1 where there is none. */
function largestFactor(n: number): number {
  for (let factor = direct; factor > 1; factor--) if (n % factor === 0) return factor;
  return 1;
}

function product(p: PrimitiveFunctions, [re, im]: Complex, n: number, sign: number): Complex {
  const [cosine, sine] = roots(p, re, [n, n], (j, k) => ((j * k) % n) / n, sign);
  return [p.sub(p.matmul(re, cosine), p.matmul(im, sine)), p.add(p.matmul(re, sine), p.matmul(im, cosine))];
}

/** With n = a·b, j = b·j₁ + j₂ and k = k₁ + a·k₂: transforms of length a over j₁, factors e^(±2πi·j₂k₁/n), transforms of length b over j₂. */
function split(p: PrimitiveFunctions, x: Complex, a: number, sign: 1 | -1): Complex {
  const [rows = 0, n = 0] = x[0].shape;
  const b = n / a;
  const first = parts(x, (value) =>
    p.reshape(p.transpose(p.reshape(value, [rows, a, b]), [0, 2, 1]), [rows * b, a]),
  );
  const twiddle = roots(p, x[0], [b, a], (j, k) => (j * k) / n, sign);
  const whole = parts(product(p, first, a, sign), (value) => p.reshape(value, [rows, b, a]));
  const turned = multiply(
    p,
    whole,
    parts(twiddle, (value) => p.broadcast(value, [rows, b, a], [1, 2])),
  );
  const second = parts(turned, (value) => p.reshape(p.transpose(value, [0, 2, 1]), [rows * a, b]));
  return parts(transform(p, second, sign), (value) =>
    p.reshape(p.transpose(p.reshape(value, [rows, a, b]), [0, 2, 1]), [rows, n]),
  );
}

/** With jk = (j² + k² − (k − j)²)/2 the transform is a convolution with e^(∓πi·j²/n), between factors e^(±πi·j²/n). */
function bluestein(p: PrimitiveFunctions, x: Complex, sign: 1 | -1): Complex {
  const [rows = 0, n = 0] = x[0].shape;
  const length = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const chirp = roots(p, x[0], [1, n], (_, k) => ((k * k) % (2 * n)) / (2 * n), sign);
  const factors = parts(chirp, (value) => p.broadcast(value, [rows, n]));
  const padded = parts(multiply(p, x, factors), (value) => p.pad(value, 0, [0, 0], [0, length - n]));
  // The kernel is even and wraps around.
  const [re, im] = chirp;
  const wrap = (value: Var): Var => {
    const tail = p.reverse(p.slice(value, [0, 1], [1, n]), [1]);
    return p.concat([value, p.full(0, [1, length - 2 * n + 1], value.dtype), tail], 1);
  };
  const kernel = transform(p, [wrap(re), p.neg(wrap(im))], -1);
  const spectrum = multiply(
    p,
    transform(p, padded, -1),
    parts(kernel, (value) => p.broadcast(value, [rows, length])),
  );
  const result = parts(transform(p, spectrum, 1), (value) =>
    p.scale(p.slice(value, [0, 0], [rows, n]), 1 / length),
  );
  return multiply(p, result, factors);
}

/** Cosines and sines of `sign·2π·turns(j, k)`, as constants. */
function roots(
  p: PrimitiveFunctions,
  like: Var,
  [rows, columns]: readonly [number, number],
  turns: (j: number, k: number) => number,
  sign: number,
): Complex {
  const table = (f: (angle: number) => number): Var => {
    const data = Float64Array.from({ length: rows * columns }, (_, i) =>
      f(sign * 2 * Math.PI * turns(Math.floor(i / columns), i % columns)),
    );
    return p.literal(fromNumbers(data, like.dtype), [rows, columns], like.dtype);
  };
  return [table(Math.cos), table(Math.sin)];
}

function multiply(p: PrimitiveFunctions, [a, b]: Complex, [c, d]: Complex): Complex {
  return [p.sub(p.mul(a, c), p.mul(b, d)), p.add(p.mul(a, d), p.mul(b, c))];
}

function parts([re, im]: Complex, f: (value: Var) => Var): Complex {
  return [f(re), f(im)];
}

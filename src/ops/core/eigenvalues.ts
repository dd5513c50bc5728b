/**
 * Eigenvalues and eigenvectors of a real square matrix, in complex arithmetic: the matrix is brought to Hessenberg form
 * and then, by shifted QR steps with Givens rotations, to a triangle, whose eigenvectors follow by substitution.
 *
 * Golub & Van Loan, "Matrix Computations", chapter 7.
 */

/** A complex matrix: real and imaginary parts, row by row. */
interface ComplexMatrix {
  readonly n: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

type Complex = readonly [re: number, im: number];

const multiply = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];

function divide([a, b]: Complex, [c, d]: Complex): Complex {
  const size = c * c + d * d;
  return [(a * c + b * d) / size, (b * c - a * d) / size];
}

function squareRoot([a, b]: Complex): Complex {
  const size = Math.hypot(a, b);
  const re = Math.sqrt((size + a) / 2);
  return [re, Math.sign(b || 1) * Math.sqrt(Math.max(0, (size - a) / 2))];
}

function at({ n, re, im }: ComplexMatrix, i: number, j: number): Complex {
  return [re[i * n + j] ?? 0, im[i * n + j] ?? 0];
}

function put({ n, re, im }: ComplexMatrix, i: number, j: number, [a, b]: Complex): void {
  re[i * n + j] = a;
  im[i * n + j] = b;
}

/** Mixes rows i and i + 1 by the unitary matrix [[c, s], [−s̄, c]] with real c. */
function rotateRows(m: ComplexMatrix, i: number, c: number, s: Complex): void {
  for (let j = 0; j < m.n; j++) {
    const [x, y] = [at(m, i, j), at(m, i + 1, j)];
    const [sy, sx] = [multiply(s, y), multiply([s[0], -s[1]], x)];
    put(m, i, j, [c * x[0] + sy[0], c * x[1] + sy[1]]);
    put(m, i + 1, j, [c * y[0] - sx[0], c * y[1] - sx[1]]);
  }
}

/** The same from the right, by the adjoint. */
function rotateColumns(m: ComplexMatrix, j: number, c: number, s: Complex): void {
  for (let i = 0; i < m.n; i++) {
    const [x, y] = [at(m, i, j), at(m, i, j + 1)];
    const [sy, sx] = [multiply([s[0], -s[1]], y), multiply(s, x)];
    put(m, i, j, [c * x[0] + sy[0], c * x[1] + sy[1]]);
    put(m, i, j + 1, [c * y[0] - sx[0], c * y[1] - sx[1]]);
  }
}

/** The rotation that makes y vanish against x. */
function rotation(x: Complex, y: Complex): { c: number; s: Complex } {
  const [sizeX, sizeY] = [Math.hypot(...x), Math.hypot(...y)];
  const r = Math.hypot(sizeX, sizeY);
  if (sizeY === 0) return { c: 1, s: [0, 0] };
  if (sizeX === 0) return { c: 0, s: divide([y[0], -y[1]], [sizeY, 0]) };
  const phase = divide(x, [sizeX, 0]);
  const s = multiply(phase, [y[0] / r, -y[1] / r]);
  return { c: sizeX / r, s };
}

function turn(h: ComplexMatrix, q: ComplexMatrix, i: number, c: number, s: Complex): void {
  rotateRows(h, i, c, s);
  rotateColumns(h, i, c, s);
  rotateColumns(q, i, c, s);
}

/** Brings h to Hessenberg form by rotations of neighbouring rows, from below. */
function toHessenberg(h: ComplexMatrix, q: ComplexMatrix): void {
  for (let j = 0; j < h.n - 2; j++) {
    for (let i = h.n - 2; i > j; i--) {
      const { c, s } = rotation(at(h, i, j), at(h, i + 1, j));
      turn(h, q, i, c, s);
      put(h, i + 1, j, [0, 0]);
    }
  }
}

/** The eigenvalue of the last 2 × 2 block that is nearer to its last element: Wilkinson's shift. */
function shiftOf(h: ComplexMatrix, last: number): Complex {
  const [a, b, c, d] = [
    at(h, last - 1, last - 1),
    at(h, last - 1, last),
    at(h, last, last - 1),
    at(h, last, last),
  ];
  const half: Complex = [(a[0] - d[0]) / 2, (a[1] - d[1]) / 2];
  const product = multiply(b, c);
  const square = multiply(half, half);
  const root = squareRoot([square[0] + product[0], square[1] + product[1]]);
  const [plus, minus]: [Complex, Complex] = [
    [d[0] + half[0] + root[0], d[1] + half[1] + root[1]],
    [d[0] + half[0] - root[0], d[1] + half[1] - root[1]],
  ];
  return Math.hypot(plus[0] - d[0], plus[1] - d[1]) < Math.hypot(minus[0] - d[0], minus[1] - d[1])
    ? plus
    : minus;
}

/** QR steps until h is a triangle; q collects the rotations. */
function toTriangle(h: ComplexMatrix, q: ComplexMatrix): void {
  let last = h.n - 1;
  for (let step = 0; last > 0 && step < 100 * h.n; step++) {
    const size = Math.hypot(...at(h, last, last)) + Math.hypot(...at(h, last - 1, last - 1));
    if (Math.hypot(...at(h, last, last - 1)) <= 1e-15 * (size || 1)) {
      put(h, last, last - 1, [0, 0]);
      last--;
      continue;
    }
    // Every now and then another shift, lest the steps go round in a circle.
    const shift: Complex = step % 11 === 10 ? [Math.hypot(...at(h, last, last - 1)), 0] : shiftOf(h, last);
    const add = (sign: number): void => {
      for (let i = 0; i <= last; i++)
        put(h, i, i, [at(h, i, i)[0] + sign * shift[0], at(h, i, i)[1] + sign * shift[1]]);
    };
    add(-1);
    const turns: { c: number; s: Complex }[] = [];
    for (let i = 0; i < last; i++) {
      const { c, s } = rotation(at(h, i, i), at(h, i + 1, i));
      turns.push({ c, s });
      rotateRows(h, i, c, s);
    }
    turns.forEach(({ c, s }, i) => {
      rotateColumns(h, i, c, s);
      rotateColumns(q, i, c, s);
    });
    // Rows beyond the active block were shifted with it only on its diagonal.
    add(1);
  }
}

/** Eigenvectors of a triangle by substitution, then of the matrix itself, each of length 1. */
function vectorsOf(h: ComplexMatrix, q: ComplexMatrix): Float64Array {
  const { n } = h;
  const vectors = new Float64Array(n * n * 2);
  for (let k = 0; k < n; k++) {
    const y = Array.from({ length: n }, (_, i): Complex => (i === k ? [1, 0] : [0, 0]));
    const value = at(h, k, k);
    for (let i = k - 1; i >= 0; i--) {
      let sum: Complex = [0, 0];
      for (let j = i + 1; j <= k; j++) {
        const part = multiply(at(h, i, j), y[j] ?? [0, 0]);
        sum = [sum[0] + part[0], sum[1] + part[1]];
      }
      const [a, b] = at(h, i, i);
      const gap: Complex = [value[0] - a, value[1] - b];
      y[i] = divide(sum, Math.hypot(...gap) < 1e-300 ? [1e-15, 0] : gap);
    }
    const x = Array.from({ length: n }, (_, i): Complex => {
      let sum: Complex = [0, 0];
      for (let j = 0; j <= k; j++) {
        const part = multiply(at(q, i, j), y[j] ?? [0, 0]);
        sum = [sum[0] + part[0], sum[1] + part[1]];
      }
      return sum;
    });
    const length = Math.hypot(...x.flat());
    // The largest component is made real and positive, so that vectors of real eigenvalues are real.
    const largest = x.reduce((best, z) => (Math.hypot(...z) > Math.hypot(...best) ? z : best), [
      0, 0,
    ] as Complex); // SAFETY: a pair
    const phase = divide([Math.hypot(...largest), 0], largest);
    x.forEach((z, i) => {
      const [re, im] = multiply(z, phase);
      vectors[(i * n + k) * 2] = re / length;
      vectors[(i * n + k) * 2 + 1] = im / length;
    });
  }
  return vectors;
}

/** Eigenvalues (n pairs of real and imaginary part) and eigenvectors (the columns of n × n pairs) of an n × n matrix. */
export function eigenvalues(
  matrix: Float64Array,
  n: number,
): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const h: ComplexMatrix = { n, re: matrix.slice(), im: new Float64Array(n * n) };
  const q: ComplexMatrix = { n, re: new Float64Array(n * n), im: new Float64Array(n * n) };
  for (let i = 0; i < n; i++) put(q, i, i, [1, 0]);
  toHessenberg(h, q);
  toTriangle(h, q);
  const values = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) values.set(at(h, i, i), 2 * i);
  return { values, vectors: vectorsOf(h, q) };
}

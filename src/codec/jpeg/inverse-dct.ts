/** Cosines times 2^13, as the integer method of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) takes them. */
export const cosines = {
  f0298: 2446, f0390: 3196, f0541: 4433, f0765: 6270, f0899: 7373, f1175: 9633,
  f1501: 12_299, f1847: 15_137, f1961: 16_069, f2053: 16_819, f2562: 20_995, f3072: 25_172,
} as const; // prettier-ignore

const { f0298, f0390, f0541, f0765, f0899, f1175, f1501, f1847, f1961, f2053, f2562, f3072 } = cosines;
const { imul } = Math;
const work = new Int32Array(64);

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/**
 * From the frequencies of a block to its 8 × 8 pixels, to the bit as libjpeg's accurate integer method has them, which is
 * what Pillow and TensorFlow read with.
 *
 * @param coefficients - Of the block, which begin at `from`.
 * @param factors - What each of them is multiplied by.
 * @param pixels - Rows of `stride`, where the block begins at `at`.
 */
export function inverseDct(
  coefficients: Int16Array,
  from: number,
  factors: Int32Array,
  pixels: Uint8Array,
  at: number,
  stride: number,
): void {
  // Columns, which keep two bits of fraction; then rows.
  for (let c = 0; c < 8; c++) {
    const i = from + c;
    const [x1, x2, x3] = [coefficients[i + 8] ?? 0, coefficients[i + 16] ?? 0, coefficients[i + 24] ?? 0];
    const [x4, x5] = [coefficients[i + 32] ?? 0, coefficients[i + 40] ?? 0];
    const [x6, x7] = [coefficients[i + 48] ?? 0, coefficients[i + 56] ?? 0];
    const x0 = imul(coefficients[i] ?? 0, factors[c] ?? 0);
    if ((x1 | x2 | x3 | x4 | x5 | x6 | x7) === 0) {
      for (let k = c; k < 64; k += 8) work[k] = x0 << 2;
      continue;
    }
    const f = (k: number, x: number): number => imul(x, factors[c + 8 * k] ?? 0);
    transform(x0, f(1, x1), f(2, x2), f(3, x3), f(4, x4), f(5, x5), f(6, x6), f(7, x7), 11);
    for (let k = 0; k < 8; k++) work[c + 8 * k] = line[k] ?? 0;
  }
  for (let r = 0; r < 8; r++) {
    const i = 8 * r;
    const [x0, x1, x2, x3] = [work[i] ?? 0, work[i + 1] ?? 0, work[i + 2] ?? 0, work[i + 3] ?? 0];
    const [x4, x5, x6, x7] = [work[i + 4] ?? 0, work[i + 5] ?? 0, work[i + 6] ?? 0, work[i + 7] ?? 0];
    const place = at + r * stride;
    if ((x1 | x2 | x3 | x4 | x5 | x6 | x7) === 0) {
      pixels.fill(clamp(((x0 + 16) >> 5) + 128), place, place + 8);
      continue;
    }
    transform(x0, x1, x2, x3, x4, x5, x6, x7, 18);
    for (let k = 0; k < 8; k++) pixels[place + k] = clamp((line[k] ?? 0) + 128);
  }
}

const line = new Int32Array(8);

/** One line of eight, times 2^13 and divided by a power of two. */
function transform(
  x0: number,
  x1: number,
  x2: number,
  x3: number,
  x4: number,
  x5: number,
  x6: number,
  x7: number,
  shift: number,
): void {
  const half = 1 << (shift - 1);
  const z = imul(x2 + x6, f0541);
  const even2 = z - imul(x6, f1847);
  const even3 = z + imul(x2, f0765);
  const even0 = (x0 + x4) << 13;
  const even1 = (x0 - x4) << 13;
  const [e0, e3, e1, e2] = [even0 + even3, even0 - even3, even1 + even2, even1 - even2];
  const z5 = imul(x7 + x3 + x5 + x1, f1175);
  const z1 = -imul(x7 + x1, f0899);
  const z2 = -imul(x5 + x3, f2562);
  const z3 = z5 - imul(x7 + x3, f1961);
  const z4 = z5 - imul(x5 + x1, f0390);
  const o0 = imul(x7, f0298) + z1 + z3;
  const o1 = imul(x5, f2053) + z2 + z4;
  const o2 = imul(x3, f3072) + z2 + z3;
  const o3 = imul(x1, f1501) + z1 + z4;
  line[0] = (e0 + o3 + half) >> shift;
  line[7] = (e0 - o3 + half) >> shift;
  line[1] = (e1 + o2 + half) >> shift;
  line[6] = (e1 - o2 + half) >> shift;
  line[2] = (e2 + o1 + half) >> shift;
  line[5] = (e2 - o1 + half) >> shift;
  line[3] = (e3 + o0 + half) >> shift;
  line[4] = (e3 - o0 + half) >> shift;
}

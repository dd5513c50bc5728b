import { cosines } from "./inverse-dct.ts";

const { f0298, f0390, f0541, f0765, f0899, f1175, f1501, f1847, f1961, f2053, f2562, f3072 } = cosines;

/** From 8 × 8 pixels, less 128, to their frequencies times 8, in their place; to the bit as libjpeg's integer method has them. */
export function forwardDct(block: Int32Array): void {
  for (let row = 0; row < 64; row += 8) transform(block, row, 1, 11, (x) => x << 2);
  for (let column = 0; column < 8; column++) transform(block, column, 8, 15, (x) => (x + 2) >> 2);
}

/** One line of eight numbers, `step` apart. */
function transform(
  block: Int32Array,
  from: number,
  step: number,
  shift: number,
  plain: (x: number) => number,
): void {
  const at = (i: number): number => block[from + i * step] ?? 0;
  const put = (i: number, value: number): void => {
    block[from + i * step] = (value + (1 << (shift - 1))) >> shift;
  };
  const [s0, s1, s2, s3] = [at(0) + at(7), at(1) + at(6), at(2) + at(5), at(3) + at(4)];
  const [d0, d1, d2, d3] = [at(0) - at(7), at(1) - at(6), at(2) - at(5), at(3) - at(4)];
  const [e0, e1, e2, e3] = [s0 + s3, s1 + s2, s1 - s2, s0 - s3];
  block[from] = plain(e0 + e1);
  block[from + 4 * step] = plain(e0 - e1);
  const z = (e2 + e3) * f0541;
  put(2, z + e3 * f0765);
  put(6, z - e2 * f1847);
  const z5 = (d3 + d1 + d2 + d0) * f1175;
  const z1 = -(d3 + d0) * f0899;
  const z2 = -(d2 + d1) * f2562;
  const z3 = z5 - (d3 + d1) * f1961;
  const z4 = z5 - (d2 + d0) * f0390;
  put(7, d3 * f0298 + z1 + z3);
  put(5, d2 * f2053 + z2 + z4);
  put(3, d1 * f3072 + z2 + z3);
  put(1, d0 * f1501 + z1 + z4);
}

import { afterEach, describe, expect, it } from "vitest";
import { setBackend } from "../backend/index.ts";
import { toNumbers } from "../ir/numbers.ts";
import { ShapeError } from "../util/errors.ts";
import { Orthogonal } from "./orthogonal.ts";

const draw = (shape: readonly number[], seed: number, gain = 1): number[] =>
  Array.from(toNumbers(Orthogonal({ seed, gain })(shape).dataSync(), "float32"));

/** Largest difference of the products of the rows or columns (whichever are fewer) from the unit matrix, in double precision. */
function deviation(values: readonly number[], rows: number, columns: number): number {
  const isWide = rows < columns;
  const [long, short] = isWide ? [columns, rows] : [rows, columns];
  const at = (i: number, j: number): number => values[isWide ? j * columns + i : i * columns + j] ?? 0;
  let worst = 0;
  for (let j = 0; j < short; j++) {
    for (let k = 0; k <= j; k++) {
      let product = 0;
      for (let i = 0; i < long; i++) product += at(i, j) * at(i, k);
      worst = Math.max(worst, Math.abs(product - (j === k ? 1 : 0)));
    }
  }
  return worst;
}

describe("Orthogonal", () => {
  afterEach(() => setBackend("wasm"));

  // Blocks of reflections hold 128 of them: one, several equal ones, and a last one that is not full.
  it.each([
    [1, 1],
    [6, 6],
    [40, 7],
    [7, 40],
    [128, 130],
    [300, 300],
    [257, 400],
    [700, 513],
  ])("has orthonormal rows or columns: %i × %i", (rows, columns) => {
    expect(deviation(draw([rows, columns], 3), rows, columns)).toBeLessThan(1e-6);
  });

  it("takes axes before the last for rows, and multiplies by the gain", () => {
    const flat = draw([15, 4], 5);
    expect(draw([3, 5, 4], 5)).toEqual(flat);
    expect(draw([15, 4], 5, 2)).toEqual(flat.map((value) => 2 * value));
  });

  it("gives the same values for the same seed, others for another", () => {
    expect(draw([4, 4], 1)).toEqual(draw([4, 4], 1));
    expect(draw([4, 4], 1)).not.toEqual(draw([4, 4], 2));
  });

  it("gives the same values on every backend, up to rounding", () => {
    const fast = draw([70, 150], 8);
    setBackend("reference");
    const exact = draw([70, 150], 8);
    exact.forEach((value, i) => expect(Math.abs((fast[i] ?? NaN) - value)).toBeLessThan(1e-5));
  });

  it("prefers no orthogonal matrix to others", () => {
    // Under the uniform distribution of 3 × 3: E q = 0, E q² = 1/3, E q⁴ = 1/5, E (trace)² = 1, and half of the determinants are 1.
    const count = 2000;
    const means = { entry: new Float64Array(9), square: new Float64Array(9), fourth: 0, trace: 0, proper: 0 };
    for (let seed = 0; seed < count; seed++) {
      const q = draw([3, 3], seed);
      q.forEach((value, i) => {
        means.entry[i] = (means.entry[i] ?? 0) + value / count;
        means.square[i] = (means.square[i] ?? 0) + value ** 2 / count;
        means.fourth += value ** 4 / (9 * count);
      });
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, k = 0] = q;
      means.trace += (a + e + k) ** 2 / count;
      means.proper += (a * (e * k - f * h) - b * (d * k - f * g) + c * (d * h - e * g) > 0 ? 1 : 0) / count;
    }
    for (const mean of means.entry) expect(Math.abs(mean)).toBeLessThan(0.05);
    for (const mean of means.square) expect(Math.abs(mean - 1 / 3)).toBeLessThan(0.03);
    expect(Math.abs(means.fourth - 1 / 5)).toBeLessThan(0.01);
    expect(Math.abs(means.trace - 1)).toBeLessThan(0.15);
    expect(Math.abs(means.proper - 1 / 2)).toBeLessThan(0.05);
  });

  it("makes empty matrices, and refuses what is none", () => {
    expect(draw([0, 4], 1)).toEqual([]);
    expect(() => Orthogonal({ seed: 1 })([4])).toThrow(ShapeError);
  });
});

import { describe, expect, it } from "vitest";
import { digamma, erf, erfc, erfInv, lgamma } from "./special.ts";

// Values from Abramowitz and Stegun, tables 7.1, 6.1 to 6.3, and from closed forms.
describe("special functions", () => {
  it.each([
    [0, 0],
    [0.1, 0.11246291601828489],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [-2, -0.9953222650189527],
    [3, 0.9999779095030014],
    [Infinity, 1],
  ])("erf(%d) = %d", (x, y) => expect(erf(x)).toBeCloseTo(y, 14));

  it("erfc keeps relative precision in the tail", () => {
    expect(erfc(3) / 2.209049699858544e-5).toBeCloseTo(1, 12);
    expect(erfc(10) / 2.088487583762545e-45).toBeCloseTo(1, 12);
    expect(erf(2.4999999)).toBeCloseTo(erf(2.5000001), 8);
  });

  it("erfInv undoes erf", () => {
    for (const x of [-3.5, -1.2, -0.3, 0, 1e-8, 0.7, 2.2, 4])
      expect(erfInv(erf(x))).toBeCloseTo(x, x > 3.6 ? 6 : 9);
    expect(erfInv(1)).toBe(Infinity);
    expect(erfInv(-1)).toBe(-Infinity);
    expect(erfInv(1.1)).toBeNaN();
  });

  it.each([
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [1, 0],
    [2, 0],
    [5, Math.log(24)],
    [-0.5, Math.log(2 * Math.sqrt(Math.PI))],
    [100, 359.1342053695754],
    [0, Infinity],
    [-3, Infinity],
  ])("lgamma(%d) = %d", (x, y) =>
    Number.isFinite(y) ? expect(lgamma(x)).toBeCloseTo(y, 12) : expect(lgamma(x)).toBe(y),
  );

  it.each([
    [1, -0.5772156649015329],
    [0.5, -0.5772156649015329 - 2 * Math.LN2],
    [2, 1 - 0.5772156649015329],
    [-0.5, 0.03648997397857652],
    [10, 2.251752589066721],
  ])("digamma(%d) = %d", (x, y) => expect(digamma(x)).toBeCloseTo(y, 12));
});

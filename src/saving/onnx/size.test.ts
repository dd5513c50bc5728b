import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases } from "../../../test/support/cases.ts";
import { fixedSize, formulaFor, type Size, type SizeFormula } from "./size.ts";

const batch: Size = [2160, 2880, 1009, 1597];
const time: Size = [3600, 5040, 1231, 1731];

/** What a formula gives for other values of the sizes it is made of. */
function compute(formula: SizeFormula, at: ReadonlyMap<Size, number>): number {
  const value = (of: Size): number => at.get(of) ?? NaN;
  switch (formula.kind) {
    case "same":
      return value(formula.of);
    case "linear":
      return Math.floor((formula.factor * value(formula.of) + formula.offset) / formula.divisor);
    case "product":
      return formula.factor * value(formula.a) * value(formula.b);
  }
}

describe("sizes of several traces", () => {
  it("are fixed where they do not differ", () => {
    expect(fixedSize([3, 3, 3])).toBe(3);
    expect(fixedSize(batch)).toBeNull();
  });

  it("follow from others by a formula that holds for all values", () => {
    const integer = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
    fc.assert(
      fc.property(
        integer(1, 8),
        integer(-9, 9),
        integer(1, 8),
        integer(1, 50),
        (factor, offset, divisor, n) => {
          const f = (x: number): number => Math.floor((factor * x + offset) / divisor);
          const formula = formulaFor(time.map(f), [batch, time]);
          expect(formula).not.toBeNull();
          // What two traces suggest and two confirm may differ where a rounding did not show.
          if (formula !== null && divisor === 1) expect(compute(formula, new Map([[time, n]]))).toBe(f(n));
        },
      ),
      cases(100),
    );
  });

  it("may be products", () => {
    const formula = formulaFor(
      batch.map((n, i) => 6 * n * (time[i] ?? 0)),
      [batch, time],
    );
    expect(formula === null ? null : compute(formula, new Map([[batch, 5], [time, 7]]))).toBe(210); // prettier-ignore
  });

  it("have no formula where nothing simple fits", () => {
    expect(formulaFor([7, 11, 3, 5], [batch, time])).toBeNull();
    expect(
      formulaFor(
        batch.map((n) => n * n * n),
        [batch],
      ),
    ).toBeNull();
  });
});

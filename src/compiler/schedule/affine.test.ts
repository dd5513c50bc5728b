import { describe, expect, it } from "vitest";
import { combine, flatten, regroup, scaled, walk } from "./affine.ts";

const over = (shape: readonly number[]) =>
  walk(
    shape,
    shape.map((_, d) => d),
    shape.length,
  );

describe("regroup", () => {
  it.each([
    [[4, 6], [24]],
    [
      [2, 3, 4],
      [6, 4],
    ],
    [
      [2, 3, 4],
      [2, 12],
    ],
    [
      [3, 1, 2],
      [3, 2],
    ],
    [
      [1, 6],
      [6, 1, 1],
    ],
    [[], [1, 1]],
  ])("merges %j into %j and keeps every element", (from, to) => {
    const index = regroup(over(from), to, from);
    expect(index?.shape).toEqual(to);
    expect(index && flatten(index, from.length)).toEqual(flatten(over(from), from.length));
  });

  it("splits an axis when the loops run over its parts", () => {
    // 12 = 3 × 4, walked by loops of 3 and 4 through the merged axis.
    const merged = regroup(over([3, 4]), [12], [3, 4]);
    const split = merged && regroup(merged, [3, 2, 2], [3, 4]);
    expect(split).toBeNull();
    const back = merged && regroup(merged, [3, 4], [3, 4]);
    expect(back?.axes).toEqual(over([3, 4]).axes);
  });

  it("does not split what is not affine", () => {
    expect(regroup(over([6]), [2, 3], [6])).toBeNull();
    expect(regroup(over([4, 6]), [6, 4], [4, 6])).toBeNull();
  });

  it("tells which loop to split", () => {
    const found: unknown[] = [];
    expect(regroup(over([24, 5]), [8, 3, 5], [24, 5], (obstacle) => found.push(obstacle))).toBeNull();
    expect(found).toEqual([{ dim: 0, inner: 3 }]);
  });

  it("leaves out axes that do not matter", () => {
    const index = regroup(over([24, 5]), [8, 3, 5], [24, 5], undefined, (axis) => axis === 2);
    expect(index?.axes[2]).toEqual({ offset: 0, coeffs: [0, 1] });
  });

  it("splits reversed axes as long as remainders stay in range", () => {
    const reversed = { shape: [12], axes: [scaled(combine(over([3, 4]).axes, [4, 1], 0, 2), -1, 11)] };
    expect(regroup(reversed, [3, 4], [3, 4])?.axes).toEqual([
      { offset: 2, coeffs: [-1, 0] },
      { offset: 3, coeffs: [0, -1] },
    ]);
  });
});

describe("walk", () => {
  it("does not move along axes of size 1", () => {
    expect(over([1, 3]).axes.map(({ coeffs }) => coeffs)).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { AntlerError } from "../util/errors.ts";
import { makeTensor } from "./core/convert.ts";
import type { Tensor } from "./core/tensor.ts";
import { greater } from "./comparison.ts";
import { getItem } from "./get-item.ts";
import { grad } from "./gradient.ts";
import { sum } from "./reductions.ts";

const x = makeTensor([
  [1, -2, 3],
  [-4, 5, -6],
]);

describe("indexing by masks", () => {
  it("takes the elements where a mask of the whole tensor holds", () => {
    expect(getItem(x, greater(x, 0)).arraySync()).toEqual([1, 3, 5]);
  });

  it("takes slices where a mask of one axis holds", () => {
    expect(getItem(x, makeTensor([true, false])).arraySync()).toEqual([[1, -2, 3]]);
    expect(getItem(x, [":", makeTensor([true, false, true])]).arraySync()).toEqual([
      [1, 3],
      [-4, -6],
    ]);
  });

  it("says why a mask that is being computed cannot be an index", () => {
    const f = (t: Tensor): Tensor => sum(getItem(t, greater(t, 0)));
    expect(() => grad(f)(x)).toThrow(AntlerError);
    expect(() => grad(f)(x)).toThrow(/a mask gives as many elements as it has true ones/);
  });
});

describe("gradients of indexing", () => {
  it("go back to the places that were taken, as often as they were", () => {
    const f = (t: Tensor): Tensor => sum(getItem(t, [makeTensor([0, 0, 1], { dtype: "int32" }), "1:"]));
    expect(grad(f)(x).arraySync()).toEqual([
      [0, 2, 2],
      [0, 1, 1],
    ]);
  });
});

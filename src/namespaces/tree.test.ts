import { describe, expect, it } from "vitest";
import * as tree from "./tree.ts";

describe("tree.traverse", () => {
  it("puts null in the place of a node for MAPTONONE, from above and from below", () => {
    const structure = { a: [1, 2], b: 2 };
    const drop = (node: unknown): unknown => (node === 2 ? tree.MAPTONONE : undefined);
    for (const topDown of [true, false])
      expect(tree.traverse(drop, structure, { topDown })).toEqual({ a: [1, null], b: null });
  });
});

describe("tree.listsToTuples", () => {
  it("freezes copies of arrays at any depth, and nothing else", () => {
    const structure = [1, { a: [2, [3]] }];
    const frozen = tree.listsToTuples(structure);
    expect(frozen).toEqual(structure);
    const inner = frozen[1] as { readonly a: readonly unknown[] };
    for (const array of [frozen, inner.a, inner.a[1]]) expect(Object.isFrozen(array)).toBe(true);
    expect(Object.isFrozen(inner)).toBe(false);
    expect(Object.isFrozen(structure)).toBe(false);
  });
});

describe("tree.mapShapeStructure", () => {
  it("takes arrays of sizes as leaves", () => {
    const count = (shape: readonly (number | null)[]): number => shape.length;
    expect(tree.mapShapeStructure(count, { b: [null, 2], a: [[3], [4, 5, 6], []] })).toEqual({
      b: 2,
      a: [1, 3, 0],
    });
    expect(tree.mapShapeStructure(count, [2, 3])).toBe(2);
  });

  it("gives other leaves to the function too, objects in the order of their keys", () => {
    const seen: unknown[] = [];
    const kept = tree.mapShapeStructure((leaf: unknown) => (seen.push(leaf), leaf), {
      b: "x",
      a: [1.5, [1]],
    });
    expect(kept).toEqual({ b: "x", a: [1.5, [1]] });
    expect(seen).toEqual([1.5, [1], "x"]);
  });
});

import { expect, it } from "vitest";
import * as antler from "../../src/index.ts";
import type { Tree } from "../../src/util/tree.ts";
import { describeGolden, readGolden } from "../support/golden.ts";

interface Case {
  readonly fn: string;
  readonly structure?: Tree<unknown>;
  readonly output?: unknown;
  readonly a?: Tree<unknown>;
  readonly b?: Tree<unknown>;
  readonly b_type?: string;
  readonly ok?: boolean;
}

const { tree } = antler;

describeGolden("trees as Keras has them", () => {
  const { cases } = readGolden<{ readonly cases: readonly Case[] }>("tree.json");
  const functions: Readonly<Record<string, (structure: Tree<unknown>) => unknown>> = {
    flatten: tree.flatten,
    flatten_with_path: tree.flattenWithPath,
    is_nested: tree.isNested,
    "pack_sequence_as(range)": (structure) =>
      tree.packSequenceAs(
        structure,
        tree.flatten(structure).map((_, i) => 10 + i),
      ),
  };
  // There are no tuples in JavaScript, and no OrderedDict, whose keys keep their order (the object with z and y).
  const possible = cases.filter(
    ({ b_type, structure }) => b_type !== "tuple" && !JSON.stringify(structure ?? null).includes('"z"'),
  );
  it.each(possible.map((one, i) => [`${i} ${one.fn}`, one] as const))("%s", (_, one) => {
    const { fn, structure = null, output, a = null, b = null, ok = false } = one;
    if (fn === "assert_same_structure") {
      const check = (): void => tree.assertSameStructure(a, b);
      if (ok) check();
      else expect(check).toThrow(antler.DataError);
      return;
    }
    expect(functions[fn]?.(structure)).toEqual(output);
  });
});

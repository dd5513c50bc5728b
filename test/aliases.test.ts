import { describe, expect, it } from "vitest";
import * as antler from "../src/index.ts";

const { constraints, initializers, regularizers, tree, utils } = antler;

describe("Keras's other names", () => {
  it("are the classes", () => {
    expect(regularizers.l2).toBe(regularizers.L2);
    expect(initializers.heNormal).toBe(initializers.HeNormal);
    expect(constraints.maxNorm).toBe(constraints.MaxNorm);
    expect(antler.Loss).toBe(antler.losses.Loss);
    expect(antler.Metric).toBe(antler.metrics.Metric);
    expect(antler.Optimizer).toBe(antler.optimizers.Optimizer);
    expect(antler.Initializer).toBe(initializers.Initializer);
    expect(antler.Regularizer).toBe(regularizers.Regularizer);
  });

  it("stand in layers and files", () => {
    const layer = antler.layers.Dense(2, { kernelRegularizer: regularizers.l1L2({ l1: 0.1, l2: 0.2 }) });
    expect(antler.layers.serialize(layer)).toMatchObject({
      config: { kernel_regularizer: { class_name: "L1L2", config: { l1: 0.1, l2: 0.2 } } },
    });
  });
});

describe("parts of batches", () => {
  it("are packed as far as there are any", () => {
    expect(utils.packXYSampleWeight(1)).toEqual([1]);
    expect(utils.packXYSampleWeight(1, 2)).toEqual([1, 2]);
    expect(utils.packXYSampleWeight(1, null, 3)).toEqual([1, null, 3]);
    expect(utils.unpackXYSampleWeight([1, 2])).toEqual([1, 2, null]);
    expect(utils.unpackXYSampleWeight({ a: 1 })).toEqual([{ a: 1 }, null, null]);
  });
});

describe("tree", () => {
  it("maps structures of one form together", () => {
    expect(tree.mapStructure((a: number, b = 0) => a + b, { x: [1, 2] }, { x: [10, 20] })).toEqual({
      x: [11, 22],
    });
    expect(() => tree.mapStructure((a: number) => a, [1, 2], [1])).toThrow(antler.DataError);
    expect(() => tree.packSequenceAs([1, 2], [1])).toThrow("expected 2 leaves");
  });

  it("maps down to the leaves of a shallow structure", () => {
    expect(tree.mapStructureUpTo([0, 0], (part) => JSON.stringify(part), [{ a: 1 }, [2, 3]])).toEqual([
      '{"a":1}',
      "[2,3]",
    ]);
    expect(() => tree.mapStructureUpTo([[0]], (part) => part, [1])).toThrow(antler.DataError);
  });

  it("walks from above or from below", () => {
    const seen: unknown[] = [];
    const note = (node: unknown): undefined => void seen.push(node);
    tree.traverse(note, [1, [2]]);
    expect(seen).toEqual([[1, [2]], 1, [2], 2]);
    seen.length = 0;
    tree.traverse(note, [1, [2]], { topDown: false });
    expect(seen).toEqual([1, 2, [2], [1, [2]]]);
    expect(
      tree.traverse((node) => (Array.isArray(node) && node.length === 1 ? "one" : undefined), [1, [2]]),
    ).toEqual([1, "one"]);
    expect(() => tree.assertSamePaths({ a: 1 }, { b: 1 })).toThrow("/a");
  });
});

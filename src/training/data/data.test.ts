import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases } from "../../../test/support/cases.ts";
import { Input } from "../../layers/core/input-layer.ts";
import type { HostArray } from "../../graph/compiled-function.ts";
import { ArraySource } from "./array-source.ts";
import type { Batch } from "./batch.ts";
import { toHostTree } from "./host-arrays.ts";
import { Permutations } from "../../util/permutations.ts";
import { prepareWeights } from "./sample-weights.ts";

/** `count` samples of `width` numbers, each its sample's number. */
function numbered(count: number, width: number): HostArray {
  const data = Float32Array.from({ length: count * width }, (_, i) => Math.floor(i / width));
  return { data, shape: [count, width], dtype: "float32" };
}

const arrayOf = (batch: Batch): HostArray => batch.x as HostArray; // SAFETY: the sources below have one input

function epoch(source: ArraySource): number[][] {
  source.begin();
  const batches: number[][] = [];
  for (let batch = source.next(); batch !== null; batch = source.next())
    batches.push(Array.from(arrayOf(batch).data as Float32Array));
  return batches;
}

describe("batches of arrays", () => {
  it("hold every sample once, whole, whatever the sizes", () => {
    const sizes = {
      count: fc.integer({ min: 1, max: 40 }),
      width: fc.integer({ min: 1, max: 40 }),
      batchSize: fc.integer({ min: 1, max: 50 }),
    };
    const shuffle = fc.constantFrom(true, false, "batch" as const);
    fc.assert(
      fc.property(
        fc.record({ ...sizes, shuffle, seed: fc.nat() }),
        ({ count, width, batchSize, shuffle: mode, seed }) => {
          const source = new ArraySource(
            "test",
            { x: numbered(count, width), y: null, sampleWeight: null },
            { batchSize, shuffle: mode, seed, repeat: false },
          );
          expect(source.numBatches).toBe(Math.ceil(count / batchSize));
          for (let e = 0; e < 2; e++) {
            const batches = epoch(source);
            expect(batches.length).toBe(source.numBatches);
            const flat = batches.flat();
            for (let i = 0; i < flat.length; i += width)
              expect(new Set(flat.slice(i, i + width)).size).toBe(1);
            const samples = flat.filter((_, i) => i % width === 0);
            expect(samples.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
            // Within batches means that each batch keeps its samples.
            if (mode === "batch") {
              batches.forEach((batch, b) =>
                expect(batch.every((sample) => Math.floor(sample / batchSize) === b)).toBe(true),
              );
            }
            if (mode === false) expect(samples).toEqual(samples.toSorted((a, b) => a - b));
          }
        },
      ),
      cases(60),
    );
  });

  it("are gathered into one buffer, or are views", () => {
    const x = numbered(10, 40);
    const buffers = (shuffle: boolean): Set<ArrayBufferLike> => {
      const source = new ArraySource(
        "test",
        { x, y: null, sampleWeight: null },
        { batchSize: 3, shuffle, seed: 1, repeat: false },
      );
      const seen = new Set<ArrayBufferLike>();
      for (let e = 0; e < 2; e++) {
        source.begin();
        for (let batch = source.next(); batch !== null; batch = source.next())
          seen.add(arrayOf(batch).data.buffer);
      }
      return seen;
    };
    expect(buffers(true).size).toBe(1);
    expect(buffers(true).has(x.data.buffer)).toBe(false);
    expect(buffers(false)).toEqual(new Set([x.data.buffer]));
  });
});

describe("random orders", () => {
  it("are uniform: every place is as likely for every sample", () => {
    const counts = Array.from({ length: 5 }, () => new Float64Array(5));
    const permutations = new Permutations(12345);
    const rounds = 20_000;
    for (let round = 0; round < rounds; round++) {
      const order = Uint32Array.of(0, 1, 2, 3, 4);
      permutations.shuffle(order);
      order.forEach((sample, place) => {
        const at = counts[place];
        if (at !== undefined) at[sample] = (at[sample] ?? 0) + 1;
      });
    }
    // 4 standard deviations of a binomial count.
    const allowed = 4 * Math.sqrt(rounds * 0.2 * 0.8);
    for (const place of counts) for (const n of place) expect(Math.abs(n - rounds / 5)).toBeLessThan(allowed);
  });
});

describe("data as arrays", () => {
  it("keeps integers, and brings floats to the default float", () => {
    const dtypeOf = (data: unknown): string => (toHostTree("x", data) as HostArray).dtype;
    expect(dtypeOf(Uint8Array.of(1))).toBe("uint8");
    expect(dtypeOf(BigInt64Array.of(1n))).toBe("int64");
    expect(dtypeOf(Float64Array.of(1))).toBe("float32");
    expect(dtypeOf([[1, 2]])).toBe("float32");
    expect(dtypeOf([[true, false]])).toBe("bool");
  });

  it("refuses what has no samples", () => {
    expect(() => toHostTree("x", 3)).toThrow(/first axis counts samples/);
    expect(() => toHostTree("x", { data: new Float32Array(5), shape: [2, 3] })).toThrow(
      /x: expected 6 elements/,
    );
    expect(() => toHostTree("x", [new Float32Array(2), new Float32Array(3)], Input({ shape: [2] }))).toThrow(
      /x: .*differ/,
    );
  });
});

describe("weights", () => {
  const y: HostArray = { data: Float32Array.of(0, 1, 0, 0, 0, 1), shape: [2, 3], dtype: "float32" };

  it("come from the classes of one-hot targets too", () => {
    const weights = prepareWeights("fit", y, null, { 1: 4, 2: 0.5 }) as HostArray;
    expect([weights.shape, Array.from(weights.data as Float32Array)]).toEqual([[2], [4, 0.5]]);
    expect(() => prepareWeights("fit", y, null, { one: 4 })).toThrow(/class index/);
    expect(() => prepareWeights("fit", [y, y], null, { 1: 4 })).toThrow(/exactly one output/);
  });

  it("stand for every output when there is one for each sample", () => {
    const one: HostArray = { data: Float32Array.of(1, 2), shape: [2], dtype: "float32" };
    expect(prepareWeights("fit", [y, y], one, null)).toEqual([one, one]);
    expect(() => prepareWeights("fit", [y, y], y, null)).toThrow(/one number for each sample/);
  });
});

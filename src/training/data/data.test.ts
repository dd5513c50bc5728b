import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases } from "../../../test/support/cases.ts";
import { Input } from "../../layers/core/input-layer.ts";
import type { HostArray } from "../../graph/compiled-function.ts";
import { type DType, viewOf } from "../../ir/dtypes.ts";
import { ArraySource } from "./array-source.ts";
import type { Batch } from "./batch.ts";
import { GatheredRows, Samples } from "./gathered-rows.ts";
import { toHostTree } from "./host-arrays.ts";
import { Permutations } from "../../util/permutations.ts";
import { prepareWeights } from "./sample-weights.ts";

/** `count` samples of `width` numbers, each its sample's number. */
function numbered(count: number, width: number): HostArray {
  const data = Float32Array.from({ length: count * width }, (_, i) => Math.floor(i / width));
  return { data, shape: [count, width], dtype: "float32" };
}

const arrayOf = (batch: Batch): HostArray => batch.x as HostArray; // SAFETY: the sources below have one input
const numbersOf = (array: Batch["x"] | undefined): number[] =>
  Array.from((array as HostArray).data as Float32Array); // SAFETY: as above

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

  it("are gathered into two buffers in turn, or are views", () => {
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
    expect(buffers(true).size).toBe(2);
    expect(buffers(true).has(x.data.buffer)).toBe(false);
    expect(buffers(false)).toEqual(new Set([x.data.buffer]));
  });

  it("are written where they are read as they would be in an array", () => {
    const arrays: readonly HostArray[] = [
      numbered(9, 1),
      numbered(9, 100),
      { data: Uint8Array.from({ length: 9 * 200 }, (_, i) => i % 251), shape: [9, 200], dtype: "uint8" },
      { data: Uint16Array.from({ length: 9 * 70 }, (_, i) => i), shape: [9, 7, 10], dtype: "float16" },
      { data: BigInt64Array.from({ length: 9 * 30 }, (_, i) => -BigInt(i)), shape: [9, 30], dtype: "int64" },
      { data: BigInt64Array.from({ length: 9 }, (_, i) => BigInt(i) << 40n), shape: [9], dtype: "int64" },
      // A part of a larger buffer.
      { ...numbered(9, 100), data: new Float32Array(1000).map((_, i) => i).subarray(50, 950) },
    ];
    const order = Uint32Array.of(3, 8, 0, 7, 1, 1, 5);
    for (const array of arrays) {
      const samples = new Samples(array);
      const rows = new GatheredRows(samples, order, 1, 6, 0);
      const bytes = rows.length * array.data.BYTES_PER_ELEMENT;
      const memories = [new ArrayBuffer(bytes + 64), new SharedArrayBuffer(bytes + 64)];
      const written = memories.map((memory) => {
        const target = viewOf<DType>(array.dtype, memory, 32, rows.length);
        rows.writeTo(target);
        return [...target];
      });
      const size = array.data.length / 9;
      const expected = [8, 0, 7, 1, 1].flatMap((i) => [...array.data.subarray(i * size, (i + 1) * size)]);
      expect(written).toEqual([expected, expected]);
      expect([...rows.data]).toEqual(expected);
      const again = viewOf<DType>(array.dtype, new ArrayBuffer(bytes), 0, rows.length);
      rows.writeTo(again);
      expect([...again]).toEqual(expected);
    }
  });

  it("are the same when they are made ahead, and so is what is kept of their place", () => {
    fc.assert(
      fc.property(
        fc.record({
          count: fc.integer({ min: 1, max: 20 }),
          batchSize: fc.integer({ min: 1, max: 8 }),
          shuffle: fc.constantFrom(true, false, "batch" as const),
          repeat: fc.boolean(),
          seed: fc.nat(),
          aheads: fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 12 }),
        }),
        ({ count, aheads, ...options }) => {
          const data = { x: numbered(count, 2), y: numbered(count, 40), sampleWeight: null };
          const [plain, ahead] = [0, 1].map(() => new ArraySource("test", data, options));
          if (plain === undefined || ahead === undefined) return;
          for (const source of [plain, ahead]) source.begin();
          for (const times of aheads) {
            for (let i = 0; i < times; i++) ahead.ahead(true);
            expect(ahead.state()).toEqual(plain.state());
            const [expected, batch] = [plain.next(), ahead.next()];
            if (expected === null) {
              expect(batch).toBeNull();
              for (const source of [plain, ahead]) source.begin();
              continue;
            }
            // What is made ahead leaves the batch in use as it is.
            ahead.ahead(true);
            expect([batch?.x, batch?.y].map(numbersOf)).toEqual([expected.x, expected.y].map(numbersOf));
          }
        },
      ),
      cases(60),
    );
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

import { describe, expect, it } from "vitest";
import { SeedGenerator } from "../graph/seed-generator.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { AntlerError } from "../util/errors.ts";
import { setGlobalSeed } from "../util/seed.ts";
import * as random from "./index.ts";

const size = 20_000;

function numbers(x: Tensor): number[] {
  return Array.from(x.dataSync(), Number);
}

function moments(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length };
}

/** Distributions with their mean and variance. */
const cases: readonly (readonly [
  name: string,
  draw: (seed: number) => Tensor,
  mean: number,
  variance: number,
])[] = [
  ["normal", (seed) => random.normal([size], { mean: 2, stddev: 3, seed }), 2, 9],
  ["truncatedNormal", (seed) => random.truncatedNormal([size], { seed }), 0, 0.7737],
  ["uniform", (seed) => random.uniform([size], -1, 3, null, seed), 1, 16 / 12],
  ["randint", (seed) => random.randint([size], -2, 4, { seed }), 0.5, 35 / 12],
  ["gamma(3)", (seed) => random.gamma([size], 3, { seed }), 3, 3],
  ["gamma(0.4)", (seed) => random.gamma([size], 0.4, { seed }), 0.4, 0.4],
  ["beta(2, 5)", (seed) => random.beta([size], 2, 5, { seed }), 2 / 7, 10 / (49 * 8)],
  ["binomial(10, 0.3)", (seed) => random.binomial([size], 10, 0.3, { seed }), 3, 2.1],
  ["binomial(200, 0.7)", (seed) => random.binomial([size], 200, 0.7, { seed }), 140, 42],
];

describe("random", () => {
  it.each(cases)("%s has its mean and variance", (_, draw, mean, variance) => {
    const found = moments(numbers(draw(7)));
    // Five standard errors; the variance's is about √2 of the mean's for a normal distribution.
    expect(Math.abs(found.mean - mean)).toBeLessThan((5 * Math.sqrt(variance)) / Math.sqrt(size));
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.12);
  });

  it.each(cases)("%s depends on the seed alone", (_, draw) => {
    expect(numbers(draw(7))).toEqual(numbers(draw(7)));
    expect(numbers(draw(7))).not.toEqual(numbers(draw(8)));
  });

  it("stays within bounds", () => {
    expect(
      Math.max(...numbers(random.truncatedNormal([size], { seed: 1 })).map(Math.abs)),
    ).toBeLessThanOrEqual(2);
    const integers = numbers(random.randint([size], -2, 4, { seed: 1 }));
    expect([...new Set(integers)].toSorted((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
    const unit = numbers(random.uniform([size], { seed: 1 }));
    expect(Math.min(...unit)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...unit)).toBeLessThan(1);
  });

  it("draws classes as often as their logits say", () => {
    const drawn = random.categorical(
      [
        [0, Math.log(3)],
        [0, -100],
      ],
      size,
      { seed: 3 },
    );
    expect(drawn.shape).toEqual([2, size]);
    expect(drawn.dtype).toBe("int32");
    const values = numbers(drawn);
    expect(Math.abs(moments(values.slice(0, size)).mean - 0.75)).toBeLessThan(0.02);
    expect(Math.max(...values.slice(size))).toBe(0);
  });

  it("never draws a class that is out of the question, and always the one that is certain", () => {
    const logits = [[30, ...new Array<number>(999).fill(0)]];
    for (let seed = 0; seed < 20; seed++) {
      expect(Math.max(...numbers(random.categorical(logits, size, { seed })))).toBe(0);
    }
    const only = [new Array<number>(64).fill(-Infinity).with(7, 0)];
    expect(new Set(numbers(random.categorical(only, size, { seed: 1 })))).toEqual(new Set([7]));
  });

  it("draws from a beta distribution that is nearly all at its ends", () => {
    const values = numbers(random.beta([size], 0.01, 0.01, { seed: 1 }));
    expect(values.filter((value) => !(value >= 0 && value <= 1))).toEqual([]);
    expect(Math.abs(moments(values).mean - 0.5)).toBeLessThan(0.02);
  });

  it("draws whole numbers evenly from wide ranges, and beyond 32 bits", () => {
    const wide = numbers(random.randint([size], 0, 1.5e9, { seed: 5 }));
    expect(Math.abs(wide.filter((value) => value < 1.29e9).length / size - 0.86)).toBeLessThan(0.012);
    const wider = numbers(random.randint([size], 0, 2 ** 40, { seed: 5, dtype: "int64" }));
    expect(Math.abs(moments(wider).mean / 2 ** 39 - 1)).toBeLessThan(0.03);
    const unsigned = numbers(random.randint([size], 3e9, 4e9, { seed: 5, dtype: "uint32" }));
    expect(Math.min(...unsigned)).toBeGreaterThanOrEqual(3e9);
    expect(Math.max(...unsigned)).toBeLessThan(4e9);
  });

  it("shuffles slices along an axis", () => {
    const x = [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [11, 12, 13, 14, 15, 16, 17, 18],
    ];
    const [first = [], second = []] = random.shuffle(x, 1, 5).arraySync() as number[][]; // SAFETY: a matrix
    expect(first).not.toEqual(x[0]);
    expect(first.toSorted((a, b) => a - b)).toEqual(x[0]);
    expect(second).toEqual(first.map((value) => value + 10));
  });

  it("drops a share of the elements and keeps the mean", () => {
    const values = numbers(random.dropout(new Float32Array(size).fill(1), 0.25, { seed: 2 }));
    expect(new Set(values.map((value) => value.toFixed(4)))).toEqual(new Set(["0.0000", "1.3333"]));
    expect(Math.abs(moments(values).mean - 1)).toBeLessThan(0.02);
  });

  it("moves on with a seed generator, and with the global seed", () => {
    const seed = new SeedGenerator(3);
    const draws = [random.normal([4], { seed }), random.normal([4], { seed })].map(numbers);
    expect(draws[0]).not.toEqual(draws[1]);
    const again = new SeedGenerator(3);
    expect([random.normal([4], { seed: again }), random.normal([4], { seed: again })].map(numbers)).toEqual(
      draws,
    );
    setGlobalSeed(11);
    const global = [random.normal([4]), random.normal([4])].map(numbers);
    setGlobalSeed(11);
    expect([random.normal([4]), random.normal([4])].map(numbers)).toEqual(global);
    expect(global[0]).not.toEqual(global[1]);
    setGlobalSeed(null);
  });

  it("refuses what it does not know", () => {
    expect(() => random.normal([2], { men: 1 } as never)).toThrow(AntlerError); // SAFETY: the mistake is the point
    expect(() => random.randint([2], 3, 3)).toThrow("minval < maxval");
  });
});

describe("arguments", () => {
  const same = (a: Tensor, b: Tensor): void => expect(a.arraySync()).toEqual(b.arraySync());

  it("come by position, then by name, or by name alone", () => {
    const seed = 3;
    const wanted = random.normal([4], 1, 2, "float32", seed);
    same(random.normal([4], 1, 2, { seed }), wanted);
    same(random.normal([4], 1, { stddev: 2, seed }), wanted);
    same(random.normal([4], { mean: 1, stddev: 2, seed }), wanted);
    same(random.uniform([4], 1, 2, { seed }), random.uniform([4], { minval: 1, maxval: 2, seed }));
    same(random.randint([4], 0, 9, { seed }), random.randint([4], { minval: 0, maxval: 9, seed }));
    same(random.randint([4], 0, 9, { seed }), random.randint([4], 0, { maxval: 9, seed }));
    same(random.gamma([4], 2, { seed }), random.gamma([4], { alpha: 2, seed }));
    same(random.beta([4], 2, 3, { seed }), random.beta([4], { alpha: 2, beta: 3, seed }));
    same(
      random.binomial([4], 5, 0.5, { seed }),
      random.binomial([4], { counts: 5, probabilities: 0.5, seed }),
    );
    same(random.categorical([[0, 1]], 4, { seed }), random.categorical([[0, 1]], { numSamples: 4, seed }));
    same(random.dropout([1, 2, 3], 0.5, null, { seed }), random.dropout([1, 2, 3], 0.5, { seed }));
    same(random.shuffle([1, 2, 3], 0, { seed }), random.shuffle([1, 2, 3], { seed }));
  });
});

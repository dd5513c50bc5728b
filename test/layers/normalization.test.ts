import { describe, expect, it } from "vitest";
import { Dataset } from "../../src/data/dataset.ts";
import * as layers from "../../src/layers/index.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { DataError, OptionError, ShapeError } from "../../src/util/errors.ts";

const data = Array.from({ length: 12 }, (_, i) => [Math.sin(i) * 3 + 1, Math.cos(2 * i) - 4, i / 3]);

function statistics(column: number): { readonly mean: number; readonly variance: number } {
  const values = data.map((row) => row[column] ?? 0);
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length };
}

function expectStandard(x: Tensor): void {
  const rows = x.arraySync() as number[][]; // SAFETY: a matrix
  for (const column of [0, 1, 2]) {
    const values = rows.map((row) => row[column] ?? Number.NaN);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length).toBeCloseTo(1, 4);
  }
}

describe("Normalization", () => {
  it("learns from one tensor, from batches, and from pairs alike", async () => {
    const whole = layers.Normalization();
    whole.adapt(data);
    expectStandard(whole(makeTensor(data)));
    const batches = [data.slice(0, 5), data.slice(5, 7), data.slice(7)].map((rows) => makeTensor(rows));
    const byBatch = layers.Normalization();
    byBatch.adapt(batches);
    expectStandard(byBatch(makeTensor(data)));
    const pairs = layers.Normalization();
    pairs.adapt(new Set(batches.map((x) => [x, makeTensor([1])])));
    expectStandard(pairs(makeTensor(data)));
    const arriving = layers.Normalization();
    await arriving.adapt(Dataset.fromIterable(batches).map((x) => [x, x]));
    expectStandard(arriving(makeTensor(data)));
    await expect(layers.Normalization().adapt(Dataset.fromIterable([]))).rejects.toThrow(DataError);
    const [mean, variance] = [byBatch.adaptMean, byBatch.adaptVariance].map((v) =>
      Array.from(v?.dataSync() ?? [], Number),
    );
    expect(mean?.[1]).toBeCloseTo(statistics(1).mean, 5);
    expect(variance?.[1]).toBeCloseTo(statistics(1).variance, 5);
  });

  it("tells its mean and variance", () => {
    const layer = layers.Normalization();
    expect(layer.mean).toBe(null);
    layer.adapt(data);
    expect((layer.mean?.arraySync() as number[] | undefined)?.[0]).toBeCloseTo(statistics(0).mean, 5); // SAFETY: a vector
    expect(layers.Normalization({ mean: 3, variance: 2 }).variance?.arraySync()).toBe(2);
  });

  it("takes one mean for all, and goes back", () => {
    const there = layers.Normalization({ axis: null });
    there.adapt(data);
    const back = layers.Normalization({ axis: null, invert: true });
    back.adapt(data);
    const round = (back(there(makeTensor(data))).arraySync() as number[][]).flat(); // SAFETY: a matrix
    data.flat().forEach((x, i) => expect(round[i]).toBeCloseTo(x, 4));
  });

  it("refuses data of another width, and to learn what it was given", () => {
    const layer = layers.Normalization();
    layer.adapt(data);
    expect(() => layer.adapt([[1, 2]])).toThrow(ShapeError);
    expect(() => layers.Normalization({ mean: 1, variance: 2 }).adapt(data)).toThrow(OptionError);
  });
});

describe("BatchNormalization", () => {
  it("moves its statistics in training alone, and not when frozen", () => {
    const layer = layers.BatchNormalization({ momentum: 0.75 });
    layer(makeTensor(data));
    expect(Array.from(layer.movingMean.dataSync(), Number)).toEqual([0, 0, 0]);
    layer(makeTensor(data), { training: true });
    expect(layer.movingMean.dataSync()[1]).toBeCloseTo(0.25 * statistics(1).mean, 5);
    expect(layer.movingVariance.dataSync()[1]).toBeCloseTo(0.75 + 0.25 * statistics(1).variance, 5);
    const before = Array.from(layer.movingMean.dataSync(), Number);
    layer.trainable = false;
    layer(makeTensor(data), { training: true });
    expect(Array.from(layer.movingMean.dataSync(), Number)).toEqual(before);
  });
});

describe("SpectralNormalization", () => {
  it("brings the largest singular value of a kernel to 1", () => {
    const dense = layers.Dense(3, { useBias: false });
    const layer = layers.SpectralNormalization(dense, { powerIterations: 50 });
    layer(
      makeTensor([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    );
    // Singular values 2, 1 and 0.5.
    dense.setWeights([
      makeTensor([
        [0, 2, 0],
        [1, 0, 0],
        [0, 0, 0.5],
      ]),
    ]);
    layer(makeTensor([[1, 2, 3]]), { training: true });
    const kernel = Array.from(dense.kernel.dataSync(), Number);
    [0, 1, 0, 0.5, 0, 0, 0, 0, 0.25].forEach((x, i) => expect(kernel[i]).toBeCloseTo(x, 4));
  });
});

describe("Lambda", () => {
  it("hands its arguments, and what it is asked for, to the function", () => {
    const scaled = layers.Lambda((x: Tensor, { by }: { readonly by: number }) => makeTensor([x.size * by]), {
      arguments: { by: 3 },
    });
    expect((scaled(makeTensor([1, 2])) as Tensor).arraySync()).toEqual([6]); // SAFETY: the function's own result
    const asked = layers.Lambda((x: Tensor, { training }: { readonly training: boolean | null }) =>
      training === true ? x : makeTensor([0]),
    );
    expect((asked(makeTensor([5]), { training: true }) as Tensor).arraySync()).toEqual([5]); // SAFETY: as above
    expect((asked(makeTensor([5])) as Tensor).arraySync()).toEqual([0]); // SAFETY: as above
  });
});

describe("Embedding", () => {
  it("starts from given vectors", () => {
    const layer = layers.Embedding(2, 3, {
      weights: [
        makeTensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      ],
    });
    expect(layer(makeTensor([[1, 0]], { dtype: "int32" })).arraySync()).toEqual([
      [
        [4, 5, 6],
        [1, 2, 3],
      ],
    ]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CompiledFunction } from "../../src/graph/compiled-function.ts";
import { setBackend } from "../../src/backend/index.ts";
import type { Layer } from "../../src/graph/layer.ts";
import {
  AlphaDropout,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
} from "../../src/layers/index.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { setGlobalSeed } from "../../src/util/seed.ts";

const size = 20_000;
const ones = makeTensor(new Float32Array(size).fill(1), { shape: [size / 10, 10] });

function train(layer: Layer, x: Tensor): number[] {
  return Array.from((layer(x, { training: true }) as Tensor).dataSync(), Number); // SAFETY: tensor in, tensor out
}

function moments(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) };
}

describe.each(["reference", "wasm"])("noise on %s", (backend) => {
  beforeAll(() => setBackend(backend));
  afterAll(() => setBackend("wasm"));

  it("drops the share it was told and scales the rest up", () => {
    const values = train(Dropout(0.25), ones);
    expect(new Set(values.map((x) => x.toFixed(5)))).toEqual(new Set(["0.00000", "1.33333"]));
    expect(Math.abs(values.filter((x) => x === 0).length / size - 0.25)).toBeLessThan(0.02);
  });

  it("drops nothing or everything at the ends", () => {
    expect(new Set(train(Dropout(0), ones))).toEqual(new Set([1]));
    expect(new Set(train(Dropout(1), ones))).toEqual(new Set([0]));
  });

  it("passes its input on outside training", () => {
    for (const layer of [Dropout(0.5), GaussianNoise(0.5), GaussianDropout(0.5), AlphaDropout(0.5)]) {
      expect(Array.from(layer(ones, { training: false }).dataSync(), Number)).toEqual(
        Array.from(ones.dataSync(), Number),
      );
      expect(Array.from(layer(ones).dataSync(), Number)).toEqual(Array.from(ones.dataSync(), Number));
    }
  });

  it("shares noise along axes of size 1", () => {
    const values = train(Dropout(0.5, { noiseShape: [null, 1] }), ones);
    for (let row = 0; row < size / 10; row++) {
      expect(new Set(values.slice(row * 10, row * 10 + 10)).size).toBe(1);
    }
  });

  it("drops whole channels", () => {
    const [steps, channels] = [7, 40];
    const x = makeTensor(new Float32Array(2 * steps * channels).fill(1), { shape: [2, steps, channels] });
    const rows = SpatialDropout1D(0.5)(x, { training: true }).arraySync() as number[][][]; // SAFETY: rank 3
    for (const sample of rows) for (const step of sample) expect(step).toEqual(sample[0]);
    expect(rows[0]?.[0]).not.toEqual(rows[1]?.[0]);
    const images = makeTensor(new Float32Array(3 * 20 * 2 * 2).fill(1), { shape: [3, 20, 2, 2] });
    const maps = SpatialDropout2D(0.5, { dataFormat: "channels_first" })(images, {
      training: true,
    }).arraySync() as number[][][][]; // SAFETY: rank 4
    for (const channel of maps.flat()) expect(new Set(channel.flat()).size).toBe(1);
  });

  it("keeps mean and deviation", () => {
    const noisy = moments(train(GaussianNoise(0.5), ones));
    expect(Math.abs(noisy.mean - 1)).toBeLessThan(0.02);
    expect(Math.abs(noisy.deviation - 0.5)).toBeLessThan(0.02);
    const multiplied = moments(train(GaussianDropout(0.2), ones));
    expect(Math.abs(multiplied.mean - 1)).toBeLessThan(0.02);
    expect(Math.abs(multiplied.deviation - 0.5)).toBeLessThan(0.02);
    const normal = makeTensor(
      Float32Array.from({ length: size }, (_, i) => Math.SQRT2 * Math.cos(i)),
      { shape: [size] },
    );
    const alpha = moments(train(AlphaDropout(0.3), normal));
    expect(Math.abs(alpha.mean)).toBeLessThan(0.04);
    expect(Math.abs(alpha.deviation - 1)).toBeLessThan(0.04);
  });

  it("differs from call to call, and repeats with the seed", () => {
    const draw = (): number[][] => {
      const layer = Dropout(0.5, { seed: 4 });
      return [train(layer, ones), train(layer, ones)];
    };
    const [first, second] = draw();
    expect(first).not.toEqual(second);
    expect(draw()).toEqual([first, second]);
    expect(train(Dropout(0.5, { seed: 5 }), ones)).not.toEqual(first);
  });

  it("repeats with the global seed", () => {
    const draw = (): number[] => {
      setGlobalSeed(9);
      return train(Dropout(0.5), ones);
    };
    expect(draw()).toEqual(draw());
    setGlobalSeed(null);
  });

  it("moves on inside a compiled step, as it does outside", () => {
    const x = makeTensor(new Float32Array(64).fill(1));
    const array = { data: x.dataSync(), shape: x.dims, dtype: x.dtype };
    const compiled = Dropout(0.5, { seed: 6 });
    const step = new CompiledFunction((input) => compiled(input as Tensor, { training: true }) as Tensor); // SAFETY: one tensor in, one out
    const runs = [1, 2].map(() => Array.from((step.runSync(array) as Tensor).dataSync(), Number)); // SAFETY: as above
    const eager = Dropout(0.5, { seed: 6 });
    expect(runs).toEqual([train(eager, x), train(eager, x)]);
    expect(runs[0]).not.toEqual(runs[1]);
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backend/index.ts";
import { maskOf, setMask } from "../../src/graph/masks.ts";
import * as layers from "../../src/layers/index.ts";
import { Model } from "../../src/models/model.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { matmul } from "../../src/ops/products.ts";
import { reshape } from "../../src/ops/shape.ts";
import { normal } from "../../src/random/index.ts";
import { OptionError, ShapeError } from "../../src/util/errors.ts";
import { expectClose } from "../support/close.ts";

const close = { rtol: 1e-4, atol: 1e-5 };

function sample(...shape: readonly number[]): Tensor {
  return normal(shape, { seed: shape.reduce((sum, dim) => 10 * sum + dim, 0) }) as Tensor; // SAFETY: a drawn tensor
}

function numbers(x: unknown): number[] {
  return Array.from((x as Tensor).dataSync() as Float32Array); // SAFETY: float32 results of layers
}

function same(a: unknown, b: unknown, what: string): void {
  expectClose(numbers(a), numbers(b), close, what);
}

/** Every row of the last axis adds up to 1. */
function expectDistributions(scores: Tensor): void {
  const size = scores.dims.at(-1) ?? 1;
  const ones = makeTensor(Array.from({ length: size }, () => [1]));
  const sums = numbers(matmul(reshape(scores, [-1, size]), ones));
  expectClose(
    sums,
    sums.map(() => 1),
    close,
    "sums of the scores",
  );
}

describe("MultiHeadAttention", () => {
  beforeAll(() => setBackend("wasm"));

  it("gives the same with and without the scores, whatever the masks", () => {
    const [query, value, key] = [sample(2, 4, 6), sample(2, 5, 6), sample(2, 5, 3)];
    const layer = layers.MultiHeadAttention(2, 3, { valueDim: 4, outputShape: [2, 3], slidingWindow: 3 });
    const valueMask = makeTensor([[1, 1, 1, 0, 1], [1, 1, 1, 1, 0]], { dtype: "bool" }); // prettier-ignore
    for (const options of [{}, { useCausalMask: true }, { valueMask }, { valueMask, useCausalMask: true }]) {
      const plain = layer(query, value, { key, ...options });
      const [output, scores] = layer(query, value, { key, ...options, returnAttentionScores: true });
      expect(output.shape).toEqual([2, 4, 2, 3]);
      expect(scores.shape).toEqual([2, 2, 4, 5]);
      same(plain, output, "output");
      expectDistributions(scores as Tensor); // SAFETY: tensors in, tensors out
    }
  });

  it("lets no query see what follows it, under a causal mask", () => {
    const layer = layers.MultiHeadAttention(2, 3);
    const x = sample(1, 4, 6);
    const [, scores] = layer(x, x, { useCausalMask: true, returnAttentionScores: true });
    numbers(scores).forEach((score, i) => {
      const [row, column] = [Math.floor(i / 4) % 4, i % 4];
      if (column > row) expect(score).toBe(0);
      else expect(score).toBeGreaterThan(0);
    });
  });

  it("attends along some axes of several, each row by itself", () => {
    const layer = layers.MultiHeadAttention(2, 3, { attentionAxes: 2 });
    const x = sample(2, 3, 4, 5);
    const [output, scores] = layer(x, x, { returnAttentionScores: true });
    expect([output.shape, scores.shape]).toEqual([
      [2, 3, 4, 5],
      [2, 3, 2, 4, 4],
    ]);
    const rows = reshape(x, [6, 4, 5]);
    const flat = layers.MultiHeadAttention(2, 3);
    flat(rows, rows);
    flat.setWeights(layer.getWeights());
    same(output, flat(rows, rows), "rows as samples");
    const all = layers.MultiHeadAttention(2, 3);
    expect(all(x, x, { returnAttentionScores: true })[1].shape).toEqual([2, 2, 3, 4, 3, 4]);
    expect(all.attentionAxes).toEqual([1, 2]);
  });

  it("takes the masks of its inputs and passes on the query's", () => {
    const [query, value] = [sample(1, 2, 4), sample(1, 3, 4)];
    const layer = layers.MultiHeadAttention(1, 4);
    const queryMask = makeTensor([[1, 0]], { dtype: "bool" });
    const valueMask = makeTensor([[1, 0, 1]], { dtype: "bool" });
    const given = numbers(layer(query, value, { valueMask })).slice(0, 4);
    setMask(query, queryMask);
    setMask(value, valueMask);
    const [output, scores] = layer(query, value, { returnAttentionScores: true });
    expectClose(numbers(output).slice(0, 4), given, close, "the query that is no padding");
    const [a = 0, b = 1, c = 0] = numbers(scores);
    expect([a > 0, b, c > 0]).toEqual([true, 0, true]);
    expect(maskOf(output)).toBe(queryMask);
    expect(maskOf(scores)).toBeNull();
  });

  it("learns of padding from an embedding, inside a model", () => {
    const embedding = layers.Embedding(5, 3, { maskZero: true });
    const attention = layers.MultiHeadAttention(1, 3);
    const mean = layers.GlobalAveragePooling1D();
    const meanOf = (tokens: readonly number[]): unknown => {
      const inputs = layers.Input({ shape: [tokens.length], dtype: "int32" });
      const embedded = embedding(inputs);
      return Model(inputs, mean(attention(embedded, embedded)))(makeTensor([tokens], { dtype: "int32" }));
    };
    same(meanOf([1, 2, 0, 0]), meanOf([1, 2]), "padded and unpadded");
  });

  it("drops scores in training alone, by its seed", () => {
    const make = (): layers.MultiHeadAttention => layers.MultiHeadAttention(2, 3, { dropout: 0.5, seed: 4 });
    const x = sample(2, 4, 6);
    const [one, two] = [make(), make()];
    const plain = numbers(one(x, x));
    two(x, x);
    two.setWeights(one.getWeights());
    const dropped = numbers(one(x, x, { training: true }));
    expect(dropped).not.toEqual(plain);
    expectClose(dropped, numbers(two(x, x, { training: true })), close, "equal seeds");
    expect(numbers(one(x, x, { training: true }))).not.toEqual(dropped);
  });

  it("penalises outputs of its projections", () => {
    const layer = layers.MultiHeadAttention(1, 2, { activityRegularizer: "l2" });
    const x = sample(1, 3, 4);
    layer(x, x);
    expect(layer.losses).toHaveLength(4);
    expect(layer.activityRegularizer).toBeNull();
  });

  it("gives over long sequences, without scores, what it gives with them", () => {
    const x = sample(2, 140, 6);
    const hidden = makeTensor(
      Array.from({ length: 2 }, (_, b) => [
        Array.from({ length: 140 }, (__, j) => (b + j) % 3 > 0 || (b === 0 && j === 0)),
      ]),
    );
    for (const layer of [
      layers.MultiHeadAttention(2, 3, { dropout: 0.5 }),
      layers.GroupQueryAttention(3, 4, 2, { slidingWindow: 50 }),
    ]) {
      const options = { attentionMask: hidden, useCausalMask: true };
      const [expected] = layer(x, x, { ...options, returnAttentionScores: true }) as unknown as [Tensor]; // SAFETY: tensors in
      same(layer(x, x, options), expected, layer.name);
    }
  });

  it("says what is wrong", () => {
    expect(() => layers.MultiHeadAttention(0, 2)).toThrow(/numHeads.*positive integer/);
    expect(() => layers.MultiHeadAttention(1, 2, { slidingWindow: 0 })).toThrow(OptionError);
    expect(() => layers.MultiHeadAttention(1, 2, { flashAttention: true, dropout: 0.1 })).toThrow(/dropout/);
    const x = sample(1, 3, 4);
    const tiled = layers.MultiHeadAttention(1, 2, { flashAttention: true });
    expect(() => tiled(x, x, { returnAttentionScores: true })).toThrow(/flash/);
    expect(() => layers.MultiHeadAttention(1, 2)(x, x, { key: sample(1, 2, 4) })).toThrow(ShapeError);
    expect(() => layers.GroupQueryAttention(2, 3, 2)).toThrow(/multiple of `numKeyValueHeads`/);
    expect(() => layers.GroupQueryAttention(2, 2, 1)(x, sample(1, 3, 5))).toThrow(/equal last axes/);
  });
});

describe("GroupQueryAttention", () => {
  it("with a key for every query is attention with several heads", () => {
    const [query, value] = [sample(2, 3, 4), sample(2, 5, 4)];
    const options = { useGate: true, slidingWindow: 2 };
    const grouped = layers.GroupQueryAttention(3, 2, 2, options);
    const several = layers.MultiHeadAttention(2, 3, options);
    const expected = several(query, value, { useCausalMask: true });
    grouped(query, value);
    grouped.setWeights(several.getWeights());
    same(grouped(query, value, { useCausalMask: true }), expected, "output");
    const [, scores] = grouped(query, value, { returnAttentionScores: true });
    expectDistributions(scores as Tensor); // SAFETY: tensors in, tensors out
  });

  it("is named after its class in Keras", () => {
    expect(layers.GroupQueryAttention(2, 2, 1).name).toMatch(/^grouped_query_attention/);
  });
});

describe("Attention", () => {
  it("drops scores in training alone and refuses what is no list", () => {
    const layer = layers.Attention({ dropout: 0.5, seed: 2 });
    const x = sample(1, 4, 3);
    const [output, scores] = layer([x, x], { returnAttentionScores: true });
    same(matmul(scores, x), output, "scores times values");
    expect(numbers(layer([x, x], { training: true }))).not.toEqual(numbers(output));
    expect(() => layers.Attention()([x] as never)).toThrow(/\[query, value\]/);
    expect(() => layers.Attention()([x, sample(1, 4, 2)] as never)).toThrow(/equal last axes/);
    expect(() => layers.Attention({ scoreMode: "cosine" as never })).toThrow(/scoreMode/);
    expect(() => layer([x, x], { mask: [null] })).toThrow(/queryMask/);
  });
});

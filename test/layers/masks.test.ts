import { describe, expect, it } from "vitest";
import { maskOf } from "../../src/graph/masks.ts";
import * as layers from "../../src/layers/index.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";

/** Two samples of three steps with two features; steps of zeros are to be left out. */
const left = makeTensor([
  [
    [1, 2],
    [3, 4],
    [0, 0],
  ],
  [
    [5, 6],
    [0, 0],
    [0, 0],
  ],
]);
const right = makeTensor([
  [
    [9, 1],
    [0, 0],
    [0, 0],
  ],
  [
    [2, 8],
    [7, 3],
    [0, 0],
  ],
]);

function masked(x: Tensor): Tensor {
  return layers.Masking()(x);
}

function maskIn(x: Tensor): unknown {
  const mask = maskOf(x) as Tensor | null; // SAFETY: tensors have tensors as masks
  return mask?.arraySync() ?? null;
}

describe("masks", () => {
  it("come from Masking and Embedding", () => {
    expect(maskIn(masked(left))).toEqual([
      [1, 1, 0],
      [1, 0, 0],
    ]);
    const embedded = layers.Embedding(5, 3, { maskZero: true })(makeTensor([[1, 0, 4]], { dtype: "int32" }));
    expect(maskIn(embedded)).toEqual([[1, 0, 1]]);
    expect(maskIn(layers.Embedding(5, 3)(makeTensor([[1, 0, 4]], { dtype: "int32" })))).toBe(null);
  });

  it("pass through layers that keep steps apart, and end at others", () => {
    const x = masked(left);
    for (const layer of [
      layers.Dense(3),
      layers.Dropout(0.5),
      layers.Activation("relu"),
      layers.BatchNormalization(),
      layers.LayerNormalization(),
      layers.Identity(),
    ]) {
      expect(maskIn((layer as (x: Tensor) => Tensor)(x))).toEqual([
        [1, 1, 0],
        [1, 0, 0],
      ]); // SAFETY: layers of one tensor
    }
    expect(maskIn(layers.Flatten()(x))).toBe(null);
  });

  it("of merged tensors keep what any of them keeps, where all have one", () => {
    expect(maskIn(layers.Add()([masked(left), masked(right)]))).toEqual([
      [1, 1, 0],
      [1, 1, 0],
    ]);
    expect(maskIn(layers.Add()([masked(left), right]))).toBe(null);
  });

  it("of joined tensors are joined", () => {
    expect(maskIn(layers.Concatenate(1)([masked(left), masked(right)]))).toEqual([
      [1, 1, 0, 1, 0, 0],
      [1, 0, 0, 1, 1, 0],
    ]);
    expect(maskIn(layers.Concatenate(1)([masked(left), right]))).toEqual([
      [1, 1, 0, 1, 1, 1],
      [1, 0, 0, 1, 1, 1],
    ]);
    expect(maskIn(layers.Concatenate()([masked(left), masked(right)]))).toEqual([
      [1, 1, 0],
      [1, 1, 0],
    ]);
  });

  it("keep left-out steps out of Maximum, Minimum and Multiply", () => {
    const inputs = [masked(left), masked(right)] as const;
    // Where one of them is left out, the other stands alone.
    expect(layers.Minimum()(inputs).arraySync()).toEqual([
      [
        [1, 1],
        [3, 4],
        [0, 0],
      ],
      [
        [2, 6],
        [7, 3],
        [0, 0],
      ],
    ]);
    expect(
      layers
        .Maximum()([
          masked(left),
          masked(
            makeTensor([
              [
                [-9, 1],
                [0, 0],
                [0, 0],
              ],
              [
                [-2, 8],
                [-7, -3],
                [0, 0],
              ],
            ]),
          ),
        ])
        .arraySync(),
    ).toEqual([
      [
        [1, 2],
        [3, 4],
        [0, 0],
      ],
      [
        [5, 8],
        [-7, -3],
        [0, 0],
      ],
    ]);
    expect(layers.Multiply()(inputs).arraySync()).toEqual([
      [
        [9, 2],
        [3, 4],
        [0, 0],
      ],
      [
        [10, 48],
        [7, 3],
        [0, 0],
      ],
    ]);
  });

  it("keep left-out steps out of the statistics of BatchNormalization", () => {
    const layer = layers.BatchNormalization({ momentum: 0, epsilon: 0 });
    layer(masked(left), { training: true });
    const mean = Array.from(layer.movingMean.dataSync(), Number);
    expect(mean[0]).toBeCloseTo(3, 5);
    expect(mean[1]).toBeCloseTo(4, 5);
  });
});

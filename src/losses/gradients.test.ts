import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../backend/index.ts";
import { makeTensor } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { vjp } from "../ops/gradient.ts";
import * as losses from "./index.ts";
import type { LossBase } from "./loss.ts";
import { lossClasses } from "./registry.ts";

/** Truth and predictions as flat numbers of one shape (for classes: one number for each row). */
interface Sample {
  readonly yTrue: readonly number[];
  readonly yPred: readonly number[];
  readonly trueShape?: readonly number[];
  readonly predShape?: readonly number[];
}

const values: Sample = { yTrue: [0.5, -1.2, 2, 0.3, 1.1, -0.4], yPred: [0.9, 0.4, 0.2, 1.7, -0.8, -2] };
const positive: Sample = { yTrue: [0.5, 1.2, 2, 0.3, 1.1, 0.4], yPred: [0.9, 0.4, 0.2, 1.7, 0.8, 2] };
const labels: Sample = { yTrue: [1, 0, 1, 0, 0, 1], yPred: [0.7, 0.2, 0.45, 0.6, 0.1, 0.85] };
const oneHot: Sample = { yTrue: [0, 1, 0, 1, 0, 0], yPred: [0.2, 0.5, 0.3, 0.6, 0.15, 0.25] };
const classes: Sample = { yTrue: [1, 0], yPred: oneHot.yPred, trueShape: [2] };
const embeddings: Sample = {
  yTrue: [0, 0, 1, 1],
  yPred: [0.6, 0.8, 0.8, -0.6, -0.28, 0.96, 0.352, 0.936],
  trueShape: [4],
  predShape: [4, 2],
};
const sequences: Sample = {
  yTrue: [1, 2, 2, 0],
  yPred: [0.1, 0.5, -0.2, 0.9, 0.3, 0.4, -0.6, 0.2, 0.8, 0.5, -0.1, 0.7, 0.2, 0.6, -0.3, 1, 0.4, 0.1],
  trueShape: [2, 2],
  predShape: [2, 3, 3],
};

/** Points at which no loss has a kink, and its options there. */
const samples: Readonly<Record<string, readonly (Sample & { readonly options?: object })[]>> = {
  BinaryCrossentropy: [labels, { ...values, options: { fromLogits: true, labelSmoothing: 0.1 } }],
  BinaryFocalCrossentropy: [
    labels,
    { ...labels, options: { fromLogits: true, applyClassBalancing: true, gamma: 1.5 } },
  ],
  CategoricalCrossentropy: [oneHot, { ...oneHot, options: { fromLogits: true, labelSmoothing: 0.1 } }],
  CategoricalFocalCrossentropy: [
    oneHot,
    { ...oneHot, options: { fromLogits: true, alpha: [0.1, 0.2, 0.7] } },
  ],
  CategoricalGeneralizedCrossEntropy: [classes],
  CategoricalHinge: [oneHot],
  Circle: [{ ...embeddings, options: { gamma: 2 } }],
  CosineSimilarity: [values],
  CTC: [sequences],
  Dice: [labels, { ...labels, options: { axis: 1 } }],
  Hinge: [labels],
  Huber: [values, { ...values, options: { delta: 0.3 } }],
  KLDivergence: [oneHot],
  LogCosh: [values],
  MeanAbsoluteError: [values],
  MeanAbsolutePercentageError: [values],
  MeanSquaredError: [values],
  MeanSquaredLogarithmicError: [positive],
  Poisson: [positive],
  SparseCategoricalCrossentropy: [
    classes,
    { ...classes, options: { fromLogits: true } },
    { ...classes, options: { ignoreClass: 0 } },
  ],
  SquaredHinge: [labels],
  Tversky: [labels, { ...labels, options: { alpha: 0.3, beta: 0.7, axis: 1 } }],
};

const step = 1e-5;

describe("gradients of losses", () => {
  beforeAll(() => setBackend("reference"));
  afterAll(() => setBackend("wasm"));

  it("are checked for every loss", () => {
    expect(Object.keys(samples).sort()).toEqual([...lossClasses.keys()].sort());
  });

  const cases = Object.entries(samples).flatMap(([name, list]) =>
    list.map((sample) => ({ name, sample, options: JSON.stringify(sample.options ?? {}) })),
  );

  it.each(cases)("$name $options agrees with differences", ({ name, sample }) => {
    const cls: unknown = Reflect.get(losses, name);
    if (typeof cls !== "function") throw new Error(`losses.${name} does not exist`);
    // SAFETY: the classes make losses.
    const loss = Reflect.construct(cls, [{ ...sample.options, dtype: "float64" }]) as LossBase &
      ((yTrue: Tensor, yPred: Tensor) => Tensor);
    const { yTrue, yPred, trueShape = [2, 3], predShape = [2, 3] } = sample;
    const truth = makeTensor([...yTrue], { shape: trueShape, dtype: "float64" });
    const at = (numbers: readonly number[]): Tensor =>
      makeTensor(Float64Array.from(numbers), { shape: predShape, dtype: "float64" });
    const { gradients } = vjp(
      (x) => loss(truth, x as Tensor),
      [at(yPred)],
      [makeTensor(1, { dtype: "float64" })],
    ); // SAFETY: one tensor in
    const gradient = Array.from((gradients[0] as Tensor).dataSync() as Float64Array); // SAFETY: one float64 tensor out
    const differences = yPred.map((_, i) => {
      const moved = (by: number): number =>
        loss(truth, at(yPred.map((x, j) => (i === j ? x + by : x)))).item();
      return (moved(step) - moved(-step)) / (2 * step);
    });
    expect(Math.max(...differences.map(Math.abs))).toBeGreaterThan(1e-3);
    gradient.forEach((value, i) =>
      expect(value, `element ${i}`).toBeCloseTo(differences[i] ?? Number.NaN, 6),
    );
  });
});

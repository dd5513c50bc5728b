import { describe, expect, it } from "vitest";
import { Input } from "../layers/core/input-layer.ts";
import { setMask } from "../graph/masks.ts";
import { makeTensor } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { abs } from "../ops/unary-math.ts";
import { subtract } from "../ops/arithmetic.ts";
import * as losses from "./index.ts";
import { type LossIdentifier, resolveLoss as resolveWith } from "./choose.ts";
import type { Loss } from "./loss.ts";

const yTrue = [
  [0, 0],
  [0, 0],
  [0, 0],
];
const yPred = [
  [1, 1],
  [2, 2],
  [3, 3],
];

const resolveLoss = (identifier: LossIdentifier, yTrue: readonly number[], yPred: readonly number[]): Loss =>
  resolveWith(identifier, yTrue, yPred, losses.get);

describe("losses", () => {
  it("reduce as told", () => {
    const value = (
      reduction: "sum" | "mean" | "none" | "mean_with_sample_weight",
      sampleWeight?: number[],
    ): unknown =>
      losses
        .MeanAbsoluteError({ reduction })(yTrue, yPred, { sampleWeight: sampleWeight ?? null })
        .arraySync();
    expect(value("none")).toEqual([1, 2, 3]);
    expect(value("sum")).toBe(6);
    expect(value("mean")).toBe(2);
    expect(value("none", [1, 0, 2])).toEqual([1, 0, 6]);
    expect(value("mean", [1, 0, 2])).toBeCloseTo(7 / 3);
    expect(value("mean_with_sample_weight", [1, 0, 2])).toBeCloseTo(7 / 3);
    expect(value("mean_with_sample_weight", [1, 0, 0])).toBe(1);
  });

  it("take weights of several shapes", () => {
    const loss = losses.MeanAbsoluteError("sum");
    expect(loss(yTrue, yPred, 2).item()).toBe(12);
    expect(loss(yTrue, yPred, [1, 1, 0]).item()).toBe(3);
    expect(loss(yTrue, yPred, { sampleWeight: [[1], [1], [0]] }).item()).toBe(3);
  });

  it("leave out masked samples, and average over the others", () => {
    const prediction = makeTensor(yPred);
    setMask(prediction, makeTensor([true, false, true]));
    expect(losses.MeanAbsoluteError()(yTrue, prediction).item()).toBe(2);
    expect(losses.MeanAbsoluteError("sum")(yTrue, prediction).item()).toBe(4);
    setMask(prediction, makeTensor([false, false, false]));
    expect(losses.MeanAbsoluteError()(yTrue, prediction).item()).toBe(0);
  });

  it("work on symbolic tensors", () => {
    const [a, b] = [Input({ shape: [4] }), Input({ shape: [4] })];
    expect(losses.meanSquaredError(a, b).shape).toEqual([null]);
    expect(losses.Huber()(a, b).shape).toEqual([]);
  });

  it("can be written by users", () => {
    class Largest extends losses.Loss {
      override call(truth: Tensor, prediction: Tensor): Tensor {
        return abs(subtract(truth, prediction));
      }
    }
    const loss = new Largest({ reduction: "sum" });
    expect(loss(yTrue, yPred).item()).toBe(12);
    expect(loss.name).toBe("largest");
    const wrapped = resolveLoss(
      (truth: Tensor, prediction: Tensor) => abs(subtract(truth, prediction)),
      [3, 2],
      [3, 2],
    );
    expect(wrapped(yTrue, yPred).item()).toBe(2);
  });

  it("are chosen by shape for crossentropy", () => {
    const nameFor = (truth: readonly number[], prediction: readonly number[]): unknown => {
      const { fn } = resolveLoss("crossentropy", truth, prediction).getConfig();
      return typeof fn === "function" ? Reflect.get(fn, "identifier") : null;
    };
    expect(nameFor([8], [8, 10])).toBe("sparse_categorical_crossentropy");
    expect(nameFor([8, 1], [8, 1])).toBe("binary_crossentropy");
    expect(nameFor([8, 10], [8, 10])).toBe("categorical_crossentropy");
    expect(resolveLoss("mse", [8], [8, 1]).name).toBe("mse");
    expect(resolveLoss(losses.Huber, [8], [8]).className).toBe("Huber");
  });

  it("say what is wrong", () => {
    expect(() => losses.Huber({ reduction: Object("summ") })).toThrow(/expected `reduction`/);
    expect(() => Reflect.apply(losses.Huber, undefined, [{ delt: 1 }])).toThrow(/Did you mean `delta`/);
    expect(() => losses.get("hubber")).toThrow(/Did you mean "huber"/i);
    expect(() => losses.CategoricalGeneralizedCrossEntropy(2)).toThrow(/`q` in \(0, 1\)/);
    expect(() => losses.SparseCategoricalCrossentropy()([[1, 0]], [[0.5, 0.5]])).toThrow(/received \[1, 2\]/);
    expect(() => losses.MeanSquaredError()(yTrue, [[1, 2, 3]])).toThrow(
      /^mean_squared_error \(MeanSquaredError\), truth \[3, 2\], predictions \[1, 3\]/,
    );
    expect(() => losses.CTC()([1], [[1]])).toThrow(/expected labels/);
  });
});

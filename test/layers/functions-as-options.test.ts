import { describe, expect, it } from "vitest";
import { Input, layers, Model, models, ops, type Shape, type Tensor } from "../../src/index.ts";

const quarter = (shape: readonly number[]): Tensor => ops.full(shape, 0.25);
const sumOfSquares = (x: Tensor): Tensor => ops.multiply(ops.sum(ops.square(x)), 0.01);
const atMostOne = (w: Tensor): Tensor => ops.minimum(w, 1);
const cube = (x: Tensor): Tensor => ops.power(x, 3);
const given = {
  kernelInitializer: quarter,
  kernelRegularizer: sumOfSquares,
  kernelConstraint: atMostOne,
} as const;
const customObjects = { quarter, sumOfSquares, atMostOne, cube };

/** Layers that take such options, on sequences. */
const cases = {
  Dense: () => layers.Dense(2, { ...given, activation: cube }),
  Conv1D: () => layers.Conv1D(2, 3, { ...given, activation: cube }),
  LSTM: () => layers.LSTM(2, { ...given, activation: cube, returnSequences: true }),
  EinsumDense: () => layers.EinsumDense("abc,cd->abd", [null, 2], { ...given, activation: cube }),
};

describe("functions in place of built-in initializers, regularizers, constraints and activations", () => {
  for (const [name, make] of Object.entries(cases)) {
    it(`${name}: they are called, and found by their names in files`, async () => {
      const inputs = Input({ shape: [4, 3] as Shape });
      const layer = make();
      const outputs = layer.invoke(inputs);
      const model = Model({ inputs, outputs });
      const kernel = layer.weights[0];
      expect(kernel?.value.at(0).arraySync()).toEqual(
        ops.full(kernel?.shape.slice(1) ?? [], 0.25).arraySync(),
      );
      expect(model.losses[0]?.item()).toBeCloseTo(0.01 * 0.0625 * (kernel?.size ?? 0), 6);
      kernel?.assign(ops.full(kernel.shape, 5));
      model.compile({ optimizer: "sgd", loss: "mse" });
      const x = ops.zeros([2, 4, 3]);
      await model.fit(x, model(x), { verbose: 0 });
      expect(ops.max(kernel?.value ?? 9).item()).toBe(1);
      const copy = models.modelFromJson(model.toJson(), { customObjects });
      copy.setWeights(model.getWeights());
      const some = ops.full([1, 4, 3], 0.5);
      expect(copy(some).arraySync()).toEqual(model(some).arraySync());
      expect(copy.losses[0]?.item()).toBe(model.losses[0]?.item());
      expect(() => models.modelFromJson(model.toJson())).toThrow(
        /unknown function "\w+"\. Supply it in customObjects/,
      );
    });
  }

  it("are taken by addWeight too", () => {
    class Own extends layers.Layer {
      override build(): void {
        this.addWeight({
          shape: [2],
          initializer: quarter,
          regularizer: sumOfSquares,
          constraint: atMostOne,
        });
      }
      override call(x: Tensor): Tensor {
        return x;
      }
    }
    const layer = new Own();
    layer.build();
    expect(layer.getWeights()[0]?.arraySync()).toEqual([0.25, 0.25]);
  });
});

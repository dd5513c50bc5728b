import { describe, expect, it } from "vitest";
import {
  Input,
  layers,
  Model,
  ops,
  Sequential,
  setRandomSeed,
  ShapeError,
  type Tensor,
} from "../../src/index.ts";

const quiet = { verbose: 0 } as const;

function stack(): Sequential {
  return Sequential([layers.Dense(4, { activation: "relu" }), layers.Dense(1)]);
}

describe("a Sequential model that is built by data", () => {
  it("takes other batches and lengths by itself", async () => {
    setRandomSeed(1);
    const model = stack();
    model.compile({ optimizer: "sgd", loss: "mse" });
    expect(model(ops.ones([2, 3, 5])).shape).toEqual([2, 3, 1]);
    await model.fit(ops.ones([5, 3, 5]), ops.ones([5, 3, 1]), { ...quiet, batchSize: 2 });
    expect((await model.predict(ops.ones([3, 7, 5]), quiet)).shape).toEqual([3, 7, 1]);
    expect(() => model(ops.ones([2, 3, 6]))).toThrow(ShapeError);
    expect(() => model(ops.ones([2, 3, 6]))).toThrow(/dense.*5.*\[2, 3, 6\]/s);
  });

  it("takes them as a part of a subclassed model", async () => {
    class Whole extends Model {
      readonly part = stack();
      override call(inputs: Tensor): unknown {
        return this.part(inputs);
      }
    }
    const model = new Whole();
    model.compile({ optimizer: "sgd", loss: "mse" });
    await model.fit(ops.ones([5, 3, 5]), ops.ones([5, 3, 1]), { ...quiet, batchSize: 2 });
    expect((await model.predict(ops.ones([4, 2, 5]), quiet)).shape).toEqual([4, 2, 1]);
  });

  it("checks the sizes that an Input gives", () => {
    const model = Sequential([Input({ shape: [3, 5] }), ...stack().layers]);
    expect(() => model(ops.ones([2, 4, 5]))).toThrow(/expected \[null, 3, 5\].*received \[2, 4, 5\]/);
  });
});

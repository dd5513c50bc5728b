import { expect, it } from "vitest";
import { layers, Model, ops, random, type Tensor } from "../../src/index.ts";

class Watched extends Model {
  readonly dense = layers.Dense(2);

  override call(inputs: Tensor): unknown {
    const outputs = this.dense(inputs);
    this.addMetric(ops.mean(ops.abs(outputs)), "activity");
    return outputs;
  }
}

it("addMetric puts the mean of a value that call computes into the logs", async () => {
  const model = new Watched();
  model.compile({ optimizer: "sgd", loss: "mse" });
  const x = random.normal([32, 3], { seed: 1 });
  const history = await model.fit(x, random.normal([32, 2], { seed: 2 }), {
    epochs: 2,
    batchSize: 8,
    verbose: 0,
  });
  expect(Object.keys(history.history)).toEqual(["activity", "loss"]);
  const result = await model.evaluate(x, random.normal([32, 2], { seed: 2 }), {
    verbose: 0,
    returnDict: true,
  });
  const outputs = await model.predict(x, { verbose: 0 });
  expect(result["activity"]).toBeCloseTo(ops.mean(ops.abs(outputs)).item(), 5);
});

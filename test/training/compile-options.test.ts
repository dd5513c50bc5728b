import { describe, expect, it } from "vitest";
import { Input, layers, metrics, Model, ops, Sequential, type Tensor } from "../../src/index.ts";

function model(names: readonly string[]): Model {
  const inputs = Input({ shape: [3] });
  const outputs = names.map((name) => layers.Dense(2, { name })(inputs));
  return Model({ inputs, outputs: outputs.length === 1 ? outputs[0] : outputs }) as Model; // SAFETY: typed wide
}

const x = ops.ones([4, 3]);
const y = ops.zeros([4, 2]);

async function keysOf(names: readonly string[], options: object, targets?: unknown): Promise<string[]> {
  const compiled = model(names);
  compiled.compile({ optimizer: "sgd", loss: "mse", ...options });
  const { history } = await compiled.fit(x, targets ?? names.map(() => y), { verbose: 0 });
  return Object.keys(history).sort();
}

describe("metrics and weights as one value", () => {
  const absolute = (yTrue: Tensor, yPred: Tensor): Tensor =>
    ops.mean(ops.abs(ops.subtract(yTrue, yPred)), -1);

  it("takes one metric for one output", async () => {
    expect(await keysOf(["a"], { metrics: metrics.MeanSquaredError({ name: "m" }) }, y)).toEqual([
      "loss",
      "m",
    ]);
    expect(await keysOf(["a"], { weightedMetrics: absolute }, y)).toEqual(["absolute", "loss"]);
  });

  it("gives each of several outputs its own", async () => {
    const own = ["a_absolute", "a_loss", "b_absolute", "b_loss", "loss"];
    expect(await keysOf(["a", "b"], { metrics: absolute })).toEqual(own);
  });

  it("refuses one object for several outputs", async () => {
    const options = { metrics: metrics.MeanSquaredError() };
    await expect(keysOf(["a", "b"], options)).rejects.toThrow(/one entry for each of the model's 2 outputs/);
  });

  it("is saved as Keras takes it", () => {
    const compiled = model(["a"]);
    const metric = metrics.MeanSquaredError();
    compiled.compile({ metrics: metric });
    expect(compiled.getCompileConfig()?.metrics).toEqual([metric]);
  });

  it("takes one weight for all losses", async () => {
    const twice = model(["a", "b"]);
    twice.compile({ optimizer: "sgd", loss: ["mse", "mse"], lossWeights: 0.5 });
    const scores = await twice.evaluate(x, [y, y], { verbose: 0, returnDict: true });
    expect(scores.loss).toBeCloseTo(0.5 * ((scores.a_loss ?? 0) + (scores.b_loss ?? 0)), 5);
  });
});

describe("names of outputs", () => {
  it("refuses those that no output has", async () => {
    const unknown = /names "z", but the outputs are a\./;
    await expect(keysOf(["a"], { metrics: { z: "mae" } }, y)).rejects.toThrow(unknown);
    await expect(keysOf(["a"], { lossWeights: { z: 1 } }, y)).rejects.toThrow(unknown);
    await expect(keysOf(["a", "b"], { metrics: { z: "mae" } })).rejects.toThrow(/outputs are a, b/);
  });

  it("refuses targets under other names", async () => {
    await expect(keysOf(["a", "b"], {}, { a: y, z: y })).rejects.toThrow(
      /expected a list of 2 \(a, b\), received an object with a, z/,
    );
    await expect(keysOf(["a"], {}, { z: y })).rejects.toThrow(/expected one tensor \(a\)/);
    expect(await keysOf(["a"], {}, { a: y })).toEqual(["loss"]);
  });

  it("asks for a loss for each output", async () => {
    await expect(keysOf(["a", "b"], { loss: ["mse"] })).rejects.toThrow(/one loss for each of 2 outputs/);
    expect(await keysOf(["a", "b"], { loss: ["mse", null] })).toEqual(["loss"]);
  });
});

describe("shapes of models", () => {
  it("tells those of inputs and outputs, batch axis included", () => {
    expect(model(["a"]).inputShape).toEqual([null, 3]);
    expect(model(["a"]).outputShape).toEqual([null, 2]);
    expect(model(["a", "b"]).outputShape).toEqual([
      [null, 2],
      [null, 2],
    ]);
    const stack = Sequential([Input({ shape: [3] }), layers.Dense(5)]);
    expect([stack.inputShape, stack.outputShape]).toEqual([
      [null, 3],
      [null, 5],
    ]);
  });

  it("says that a model without a graph has none", () => {
    expect(() => Sequential([layers.Dense(2)]).outputShape).toThrow(/it has no outputs/);
  });

  it("starts a stack with a model", () => {
    const first = Sequential([Input({ shape: [3] }), layers.Dense(5)]);
    expect(Sequential([first, layers.Dense(2)]).inputShape).toEqual([null, 3]);
    expect(Sequential([layers.Dense(2, { inputShape: [4] }), layers.Dense(1)]).inputShape).toEqual([null, 4]);
  });
});

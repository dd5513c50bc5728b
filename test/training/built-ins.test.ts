import { describe, expect, it } from "vitest";
import { Input } from "../../src/layers/core/input-layer.ts";
import { Dense } from "../../src/layers/core/dense.ts";
import { huber } from "../../src/losses/huber.ts";
import * as losses from "../../src/losses/index.ts";
import * as metrics from "../../src/metrics/index.ts";
import { Model } from "../../src/models/model.ts";
import { zeros } from "../../src/ops/creation.ts";
import { deserializeKerasObject, serializeKerasObject } from "../../src/saving/index.ts";

function makeModel(): ReturnType<typeof Model> {
  const inputs = Input({ shape: [2] });
  return Model({ inputs, outputs: Dense(1, { kernelInitializer: "ones" })(inputs) });
}

const x = [
  [1, 2],
  [3, 4],
];
const y = [[0], [1]];

describe("losses and metrics that are loaded by name", () => {
  it("give what their objects give", async () => {
    const [named, given] = [makeModel(), makeModel()];
    named.compile({ optimizer: null, loss: "huber", metrics: ["AUC", "mse", "r2_score"] });
    given.compile({
      optimizer: null,
      loss: losses.Huber({ name: "huber" }),
      metrics: [metrics.AUC({ name: "AUC" }), "mse", metrics.R2Score({ name: "r2_score" })],
    });
    const expected = await given.evaluate(x, y, { returnDict: true, verbose: 0 });
    expect(await named.evaluate(x, y, { returnDict: true, verbose: 0 })).toEqual(expected);
    expect(Object.keys(expected).sort()).toEqual(["AUC", "loss", "mse", "r2_score"]);
    expect(named.metrics.map(({ className }) => className)).toContain("AUC");
  });

  it("are there for a single batch too", async () => {
    const model = makeModel();
    model.compile({ optimizer: "sgd", loss: "log_cosh", metrics: ["cosine_similarity"] });
    const logs = await model.trainOnBatch(x, y, { returnDict: true });
    expect(Object.keys(logs).sort()).toEqual(["cosine_similarity", "loss"]);
  });

  it("say so when nobody knows the name", async () => {
    const model = makeModel();
    model.compile({ optimizer: "sgd", loss: "hubber" });
    await expect(model.fit(x, y, { verbose: 0 })).rejects.toThrow(
      /unknown loss "hubber".*Did you mean "huber"/i,
    );
    model.compile({ optimizer: "sgd", loss: "mse", metrics: ["acuracy"] });
    await expect(model.fit(x, y, { verbose: 0 })).rejects.toThrow(/unknown metric "acuracy"/);
  });

  it("are named when they are needed before they can be loaded", () => {
    const model = makeModel();
    model.compile({ optimizer: "sgd", loss: "huber" });
    const args = { x: zeros([2, 2]), y: zeros([2, 1]), yPred: zeros([2, 1]) };
    expect(() => model.computeLoss(args)).toThrow(/the loss "huber" is loaded by the first fit/);
  });
});

describe("wrappers of built-in functions", () => {
  it("are read with the function that the file names", () => {
    const loss = losses.LossFunctionWrapper(huber, { name: "mine" });
    const metric = metrics.MeanMetricWrapper(huber, "mine");
    for (const one of [loss, metric]) {
      const read = deserializeKerasObject(serializeKerasObject(one)) as typeof one; // SAFETY: reads what was written
      expect(read.getConfig()).toEqual(one.getConfig());
    }
  });
});

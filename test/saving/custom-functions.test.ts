import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Input, layers, Model, models, ops, setRandomSeed, type Tensor, tensor } from "../../src/index.ts";

const distance = ([a, b]: readonly [Tensor, Tensor]): Tensor =>
  ops.sum(ops.square(ops.subtract(a, b)), { axis: 1, keepdims: true });

/** A loss as closures make them: a function without a name. */
const contrastive =
  (margin: number) =>
  (yTrue: Tensor, yPred: Tensor): Tensor =>
    ops.mean(ops.abs(ops.subtract(ops.multiply(yTrue, margin), yPred)), -1);

function closeness(yTrue: Tensor, yPred: Tensor): Tensor {
  return ops.mean(ops.less(ops.abs(ops.subtract(yTrue, yPred)), 0.5), -1);
}

async function saved(): Promise<{ model: Model; path: string }> {
  setRandomSeed(1);
  const inputs = [Input({ shape: [3] }), Input({ shape: [3] })] as const;
  const shared = layers.Dense(2);
  const apart = layers.Lambda(distance)([shared(inputs[0]), shared(inputs[1])]);
  const model: Model = Model({ inputs, outputs: layers.Dense(1)(apart) });
  model.compile({ optimizer: "sgd", loss: contrastive(1), metrics: [closeness] });
  const path = join(await mkdtemp(join(tmpdir(), "antler-functions-")), "m.keras");
  await model.save(path);
  return { model, path };
}

const x = [tensor([[1, 2, 3]]), tensor([[3, 2, 1]])];

describe("functions of one's own that are not registered", () => {
  it("are found by their names in customObjects", async () => {
    const { model, path } = await saved();
    const customObjects = { distance, closeness, "<lambda>": contrastive(1) };
    const loaded = await models.loadModel(path, { customObjects });
    expect((await loaded.predict(x, { verbose: 0 })).arraySync()).toEqual(
      (await model.predict(x, { verbose: 0 })).arraySync(),
    );
    const scores = await loaded.evaluate(x, [[1]], { verbose: 0, returnDict: true });
    expect(scores).toEqual(await model.evaluate(x, [[1]], { verbose: 0, returnDict: true }));
    expect(Object.keys(scores).toSorted()).toEqual(["closeness", "loss"]);
  });

  it("are asked for by name where they are missing", async () => {
    const { path } = await saved();
    await expect(models.loadModel(path)).rejects.toThrow(/customObjects: \{ "distance": … \}/);
    await expect(models.loadModel(path, { customObjects: { distance } })).rejects.toThrow(
      /compile: false.*customObjects: \{ "<lambda>": … \}/,
    );
    const loaded = await models.loadModel(path, { customObjects: { distance }, compile: false });
    expect(loaded.compiled).toBe(false);
  });
});

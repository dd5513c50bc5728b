import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Input, layers, Model, optimizers, setRandomSeed, type Tensor, tensor } from "../../src/index.ts";
import type { ModelClass } from "../../src/models/model.ts";
import { optimizerClasses } from "../../src/optimizers/registry.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { loadModel, modelToBytes, serializeKerasObject } from "../../src/saving/index.ts";
import { bitsOf, data, makeModel, optimizersByName } from "../support/resumable.ts";

const stepsBefore = 5;
const stepsAfter = 3;

async function losses(model: ModelClass, count: number, { x, y } = data()): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) {
    const result = await model.trainOnBatch(x, y);
    found.push(Array.isArray(result) ? (result[0] ?? Number.NaN) : Number(result));
  }
  return found;
}

/** Trains, breaks, and lets both the model and its copy train on. */
async function expectSameAfterBreak(
  model: ModelClass,
  copy: (model: ModelClass) => Promise<ModelClass>,
  samples = data(),
): Promise<void> {
  await losses(model, stepsBefore, samples);
  const again = await copy(model);
  expect(bitsOf(again)).toEqual(bitsOf(model));
  const expected = await losses(model, stepsAfter, samples);
  expect(new Set(expected).size, "losses that do not change test nothing").toBe(stepsAfter);
  expect(await losses(again, stepsAfter, samples)).toEqual(expected);
  expect(bitsOf(again)).toEqual(bitsOf(model));
}

async function throughBytes(model: ModelClass): Promise<ModelClass> {
  const again = await loadModel(modelToBytes(model));
  expect(serializeKerasObject(again.optimizer)).toEqual(serializeKerasObject(model.optimizer));
  return again;
}

/** A map of optimizers that files can hold. */
function multi(): Optimizer {
  const map = optimizers.OptimizerMap(optimizers.SGD(0.1), { ".*kernel": optimizers.Adam(0.02) });
  return optimizers.MultiOptimizer(map);
}

const cases: Readonly<Record<string, () => Optimizer>> = {
  ...optimizersByName,
  "Adam with averages": () => optimizers.Adam({ learningRate: 0.02, useEma: true, emaMomentum: 0.9 }),
  "Adam with accumulation": () => optimizers.Adam({ learningRate: 0.02, gradientAccumulationSteps: 2 }),
  "SGD with a schedule that restarts": () =>
    optimizers.SGD(optimizers.schedules.CosineDecayRestarts(0.2, 4), { momentum: 0.9 }),
  "LossScaleOptimizer of Adam": () =>
    optimizers.LossScaleOptimizer(optimizers.Adam(0.02), { dynamicGrowthSteps: 3 }),
  "AdamW with clipping and a loss scale": () =>
    optimizers.AdamW({ learningRate: 0.02, weightDecay: 0.01, globalClipnorm: 1, lossScaleFactor: 128 }),
};

describe("a model that is saved and loaded", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "round-trip-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it("is tried with every optimizer", () => {
    expect([...optimizerClasses.keys()].filter((name) => !(name in cases))).toEqual([]);
  });

  it.each(Object.keys(cases))("trains on as without the break: %s", async (name) => {
    const make = name === "MultiOptimizer" ? multi : cases[name];
    await expectSameAfterBreak(makeModel(make?.() ?? "sgd"), throughBytes);
  });

  it.each(["mixed_float16", "mixed_bfloat16"])("trains on as without the break: %s", async (policy) => {
    setRandomSeed(3);
    const inputs = Input({ shape: [3] });
    const hidden = layers.Dense(6, { activation: "relu", dtype: policy })(inputs);
    const outputs = layers.Dense(2, { dtype: policy })(layers.Dropout(0.2, { dtype: policy })(hidden));
    const model = Model({ inputs, outputs: layers.Activation("linear", { dtype: "float32" })(outputs) });
    model.compile({ optimizer: optimizers.LossScaleOptimizer(optimizers.Adam(0.02)), loss: "mse" });
    await expectSameAfterBreak(model, throughBytes);
  });

  it("trains on as without the break: recurrent dropout, noise, augmentation", async () => {
    setRandomSeed(5);
    const inputs = Input({ shape: [4, 4, 1] });
    const turned = layers.RandomFlip("horizontal", { seed: 9 })(layers.RandomBrightness(0.1)(inputs));
    const rows = layers.SpatialDropout1D(0.2)(layers.Reshape([4, 4])(turned));
    const states = layers.LSTM(3, { dropout: 0.2, recurrentDropout: 0.2 })(rows);
    const model = Model({ inputs, outputs: layers.Dense(1)(layers.AlphaDropout(0.1)(states)) });
    model.compile({ optimizer: "adam", loss: "mse" });
    const numbers = (n: number, shape: readonly number[]): Tensor =>
      tensor(
        Float32Array.from({ length: n }, (_, i) => Math.sin(i)),
        { shape },
      );
    const samples = { x: numbers(96, [6, 4, 4, 1]), y: numbers(6, [6, 1]) };
    await expectSameAfterBreak(model, throughBytes, samples);
  });

  it.each(["w.weights.h5", "w.weights.json", "folder", "m.keras"])(
    "trains on as without the break: through %s",
    async (name) => {
      const path = join(folder, name);
      await expectSameAfterBreak(makeModel(optimizers.Adam(0.02)), async (model) => {
        if (!name.startsWith("w")) {
          await model.save(path, { zipped: name.endsWith(".keras") });
          return loadModel(path);
        }
        await model.saveWeights(path, name.endsWith(".json") ? { maxShardSize: 300 / 1024 ** 3 } : {});
        setRandomSeed(99);
        const again = makeModel(optimizers.Adam(0.02));
        again.optimizer?.build(again.trainableVariables);
        await again.loadWeights(path);
        return again;
      });
    },
  );

  it("was not trained: its optimizer is built, with slots of zeros", async () => {
    const bytes = modelToBytes(makeModel(optimizers.Adam(0.02)));
    const { optimizer, trainableVariables } = await loadModel(bytes);
    const slots = optimizer?.variables.slice(2) ?? [];
    expect(slots.length).toBe(2 * trainableVariables.length);
    expect(slots.every((slot) => slot.dataSync().every((number) => number === 0))).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { Callback } from "../../src/callbacks/callback.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { Dense, Input } from "../../src/layers/index.ts";
import { Model, type ModelClass } from "../../src/models/model.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import { SGD } from "../../src/optimizers/index.ts";
import { setGlobalSeed } from "../../src/util/seed.ts";

const xRows = Array.from({ length: 20 }, (_, i) => [Math.sin(i), Math.cos(i), Math.sin(2 * i)]);
const [x, y] = [makeTensor(xRows), makeTensor(xRows.map(([a = 0, b = 0]) => [a - 2 * b]))];
const batches = Dataset.fromTensors(x, y).batch(8);
const options = { epochs: 3, verbose: 0 } as const;

function linear(): ModelClass {
  setGlobalSeed(1);
  const inputs = Input({ shape: [3] });
  const model = Model({ inputs, outputs: Dense(1)(inputs) });
  model.compile({ optimizer: new SGD(0.1), loss: "mse" });
  return model;
}

/** Counts batches of each epoch, and keeps the number of steps that callbacks are told. */
class Count extends Callback {
  readonly batches: number[] = [];
  steps: unknown;

  override onTrainBegin(): void {
    this.steps = this.params["steps"];
  }

  override onEpochBegin(): void {
    this.batches.push(0);
  }

  override onTrainBatchEnd(): void {
    this.batches[this.batches.length - 1] = (this.batches.at(-1) ?? 0) + 1;
  }
}

async function count(data: Dataset<unknown>, more: object = {}): Promise<Count> {
  const counter = new Count();
  await linear().fit(data, { ...options, ...more, callbacks: [counter] });
  return counter;
}

describe("a Dataset in fit", () => {
  it("trains, tests and predicts as its arrays do", async () => {
    const expected = await linear().fit(x, y, { ...options, batchSize: 8, shuffle: false });
    const late = batches.map(
      (batch) => new Promise<typeof batch>((resolve) => setTimeout(resolve, 1, batch)),
    );
    for (const data of [
      batches,
      batches.prefetch(2),
      late.prefetch(),
      batches.cache(),
      batches.filter(() => true),
    ]) {
      const { history } = await linear().fit(data, { ...options, validationData: data });
      expect(history["loss"]).toEqual(expected.history["loss"]);
      expect(history["val_loss"]).toHaveLength(3);
    }
    const evaluated = await linear().evaluate(batches, { verbose: 0 });
    expect(evaluated).toBeCloseTo((await linear().evaluate(x, y, { verbose: 0, batchSize: 8 })) as number, 6); // SAFETY: one loss alone
    const inputs = Dataset.fromTensors(x).batch(8);
    expect(await linear().predict(inputs, { verbose: 0 })).toEqual(
      await linear().predict(x, { verbose: 0, batchSize: 8 }),
    );
  });

  it("gives the same whether its batches are gathered by steps or stacked before", async () => {
    const wide = Float64Array.from({ length: 20 * 3 }, (_, i) => Math.sin(i));
    const classes = Int32Array.from({ length: 20 }, (_, i) => i % 3);
    const weights = Float32Array.from({ length: 20 }, (_, i) => 1 + (i % 2));
    const pipelines: readonly (readonly [Dataset<unknown>, object])[] = [
      [Dataset.fromTensors({ data: wide, shape: [20, 3] }, y), {}],
      [Dataset.fromTensors(x, y, weights), {}],
      [Dataset.fromTensors(x, classes), { classWeight: { 1: 3 } }],
      [Dataset.fromTensors({ features: x }, y).skip(2), { stepsPerEpoch: 2 }],
    ];
    for (const [data, more] of pipelines) {
      const losses: unknown[] = [];
      for (const finish of [
        (batched: Dataset<unknown>) => batched,
        (batched: Dataset<unknown>) => batched.prefetch(3),
        (batched: Dataset<unknown>) => batched.map((batch) => batch),
      ]) {
        setGlobalSeed(1);
        const inputs = Input({ shape: [3], name: "features" });
        const model = Model({ inputs, outputs: Dense(1)(inputs) });
        model.compile({ optimizer: new SGD(0.1), loss: "mse" });
        // A pipeline for each, since orders go on from pass to pass.
        const { history } = await model.fit(finish(data.shuffle(16, { seed: 5 }).batch(8)), {
          ...options,
          ...more,
        });
        losses.push([history["loss"], model.weights.map((weight) => weight.dataSync())]);
      }
      expect(losses[1]).toEqual(losses[0]);
      expect(losses[2]).toEqual(losses[0]);
    }
  });

  it("tells callbacks how many batches there are, where that is known", async () => {
    const known = await count(batches);
    expect([known.steps, known.batches]).toEqual([3, [3, 3, 3]]);
    const unknown = await count(batches.filter(() => true));
    expect([unknown.steps, unknown.batches]).toEqual([null, [3, 3, 3]]);
  });

  it("goes on through epochs of stepsPerEpoch", async () => {
    const endless = await count(batches.repeat(), { stepsPerEpoch: 4 });
    expect([endless.steps, endless.batches]).toEqual([4, [4, 4, 4]]);
    // As in Keras, data of known size begins anew within an epoch.
    expect((await count(batches, { stepsPerEpoch: 4 })).batches).toEqual([4, 4, 4]);
    expect((await count(batches, { stepsPerEpoch: 2 })).batches).toEqual([2, 2, 2]);
  });

  it("needs stepsPerEpoch when it has no end", async () => {
    await expect(linear().fit(batches.repeat(), options)).rejects.toThrow(/no end.*stepsPerEpoch/);
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { Callback } from "../../src/callbacks/callback.ts";
import { PyDataset, type PyDatasetOptions } from "../../src/data/py-dataset.ts";
import { Dense, Input } from "../../src/layers/index.ts";
import { Model, type ModelClass } from "../../src/models/model.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import { SGD } from "../../src/optimizers/index.ts";
import { OptionError } from "../../src/util/errors.ts";
import { setMaxEpochs, setMaxStepsPerEpoch } from "../../src/util/run-limits.ts";
import { setGlobalSeed } from "../../src/util/seed.ts";

const rows = Array.from({ length: 20 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const targets = rows.map(([a = 0, b = 0]) => [a - 2 * b]);
const options = { verbose: 0, shuffle: false } as const;

/** Batches of four rows; keeps what is asked of it. */
class Rows extends PyDataset {
  readonly log: string[] = [];
  now = 0;
  most = 0;

  override get numBatches(): number | null {
    return 5;
  }

  override async getItem(index: number): Promise<unknown> {
    this.log.push(String(index));
    this.most = Math.max(this.most, ++this.now);
    await new Promise((resolve) => setTimeout(resolve, 1 + ((index * 3) % 4)));
    this.now--;
    const at = (index % 5) * 4;
    return [makeTensor(rows.slice(at, at + 4)), makeTensor(targets.slice(at, at + 4))];
  }

  override onEpochBegin(): void {
    this.log.push("begin");
  }

  override onEpochEnd(): void {
    this.log.push("end");
  }
}

class Endless extends Rows {
  override get numBatches(): null {
    return null;
  }
}

function linear(): ModelClass {
  setGlobalSeed(1);
  const inputs = Input({ shape: [2] });
  const model = Model({ inputs, outputs: Dense(1)(inputs) });
  model.compile({ optimizer: new SGD(0.1), loss: "mse" });
  return model;
}

class Steps extends Callback {
  readonly steps: number[] = [];

  override onEpochBegin(): void {
    this.steps.push(0);
  }

  override onTrainBatchEnd(): void {
    this.steps[this.steps.length - 1] = (this.steps.at(-1) ?? 0) + 1;
  }
}

afterEach(() => {
  setMaxEpochs(null);
  setMaxStepsPerEpoch(null);
});

describe("PyDataset", () => {
  it("trains, tests and predicts as its arrays do, with one worker or several", async () => {
    const expected = linear();
    const { history } = await expected.fit(makeTensor(rows), makeTensor(targets), { ...options, batchSize: 4, epochs: 3 }); // prettier-ignore
    for (const settings of [{}, { workers: 3, maxQueueSize: 2 }] as PyDatasetOptions[]) {
      const model = linear();
      const data = new Rows(settings);
      const own = await model.fit(data, { ...options, epochs: 3 });
      expect(own.history).toEqual(history);
      expect(data.log.filter((entry) => entry === "begin").length).toBe(3);
      expect(data.log.filter((entry) => entry === "end").length).toBe(3);
      expect(data.most).toBe(settings.workers ?? 1);
      expect(await model.evaluate(new Rows(), { verbose: 0 })).toBeCloseTo(
        Number(await expected.evaluate(makeTensor(rows), makeTensor(targets), { verbose: 0 })), 6,
      ); // prettier-ignore
      const predicted = await model.predict(new Rows(settings), { verbose: 0 });
      expect(predicted.shape).toEqual([20, 1]);
    }
  });

  it("tells of epochs around their batches", async () => {
    const data = new Rows();
    await linear().fit(data, { ...options, epochs: 2 });
    expect(data.log.join(" ")).toBe("begin 0 1 2 3 4 end begin 0 1 2 3 4 end");
    const short = new Rows();
    await linear().fit(short, { ...options, epochs: 2, stepsPerEpoch: 3 });
    expect(short.log.join(" ")).toBe("begin 0 1 2 end begin 3 4 0 end");
  });

  it("comes in a new order in each epoch, by the global seed", async () => {
    const orders: string[] = [];
    for (let run = 0; run < 2; run++) {
      const data = new Rows();
      await linear().fit(data, { verbose: 0, epochs: 2 });
      const [, first = "", second = ""] = data.log.join("").split("begin");
      expect([...first.replace("end", "")].toSorted().join("")).toBe("01234");
      expect([...second.replace("end", "")].toSorted().join("")).toBe("01234");
      expect(`${first} ${second}`).not.toBe("01234end 01234end");
      expect(first).not.toBe(second);
      orders.push(first + second);
    }
    expect(orders[1]).toBe(orders[0]);
    const tested = new Rows();
    await linear().evaluate(tested, { verbose: 0 });
    expect(tested.log.join("")).toBe("begin01234end");
  });

  it("validates, in its own order", async () => {
    const data = new Rows();
    const { history } = await linear().fit(makeTensor(rows), makeTensor(targets), { verbose: 0, epochs: 2, validationData: data }); // prettier-ignore
    expect(history["val_loss"]?.length).toBe(2);
    expect(data.log.join("")).toBe("begin01234endbegin01234end");
  });

  it("may have no end", async () => {
    const data = new Endless();
    await linear().fit(data, { verbose: 0, epochs: 2, stepsPerEpoch: 4 });
    expect(data.log.join(" ")).toBe("begin 0 1 2 3 end begin 4 5 6 7 end");
    await expect(linear().fit(new Endless(), options)).rejects.toThrow(/no end/);
  });

  it("is iterated in its own order, and takes `length` for its number of batches", async () => {
    class Two extends PyDataset<number> {
      readonly length = 2;
      override getItem(index: number): number {
        return index * 10;
      }
    }
    const all: number[] = [];
    for await (const batch of new Two()) all.push(batch);
    expect(all).toEqual([0, 10]);
  });

  it("says what is wrong", async () => {
    expect(() => new Rows({ worker: 2 } as object)).toThrow(/did you mean `workers`/i);
    expect(() => new Rows({ maxQueueSize: 0 })).toThrow(OptionError);
    class Unsized extends PyDataset<number> {
      override getItem(): number {
        return 1;
      }
    }
    await expect(linear().fit(new Unsized(), options)).rejects.toThrow(/expected `numBatches`/);
    class Broken extends Rows {
      override get numBatches(): number {
        return 2.5;
      }
    }
    await expect(linear().fit(new Broken(), options)).rejects.toThrow(/integer of at least 0/);
    await expect(linear().fit(new Rows(), makeTensor(targets), options)).rejects.toThrow(
      /`y` cannot be given/,
    );
  });
});

describe("limits of runs", () => {
  it("cap epochs and batches of arrays, data sets and generators", async () => {
    setMaxEpochs(2);
    setMaxStepsPerEpoch(3);
    const generate = function* (): Generator<unknown> {
      for (let i = 0; i < 6; i++) yield [makeTensor(rows.slice(0, 4)), makeTensor(targets.slice(0, 4))];
    };
    for (const data of [new Rows(), new Endless(), generate, generate(), [...generate()]]) {
      const steps = new Steps();
      const { history } = await linear().fit(data, { ...options, epochs: 5, callbacks: [steps] });
      expect([history["loss"]?.length, steps.steps]).toEqual([2, [3, 3]]);
    }
    const steps = new Steps();
    const model = linear();
    await model.fit(makeTensor(rows), makeTensor(targets), { ...options, batchSize: 4, epochs: 5, callbacks: [steps] }); // prettier-ignore
    expect(steps.steps).toEqual([3, 3]);
    expect((await model.predict(makeTensor(rows), { batchSize: 4, verbose: 0 })).shape).toEqual([12, 1]);
  });

  it("leave what is shorter as it is", async () => {
    setMaxEpochs(9);
    setMaxStepsPerEpoch(9);
    const steps = new Steps();
    await linear().fit(makeTensor(rows), makeTensor(targets), { ...options, batchSize: 4, epochs: 2, callbacks: [steps] }); // prettier-ignore
    await linear().fit(new Rows(), { ...options, epochs: 2, callbacks: [steps] });
    await linear().fit(new Rows(), { ...options, epochs: 2, stepsPerEpoch: 4, callbacks: [steps] });
    expect(steps.steps).toEqual([5, 5, 5, 5, 4, 4]);
  });

  it("are positive integers", () => {
    expect(() => setMaxEpochs(0)).toThrow(OptionError);
    expect(() => setMaxStepsPerEpoch(1.5)).toThrow(OptionError);
  });
});

import { describe, expect, it, vi } from "vitest";
import { Callback } from "../../src/callbacks/callback.ts";
import { EarlyStopping, LambdaCallback } from "../../src/callbacks/index.ts";
import { Dense, Input } from "../../src/layers/index.ts";
import type { ModelClass } from "../../src/models/model.ts";
import { Model } from "../../src/models/model.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { SGD } from "../../src/optimizers/index.ts";
import { setGlobalSeed } from "../../src/util/seed.ts";

const count = 20;
const xRows = Array.from({ length: count }, (_, i) => [Math.sin(i), Math.cos(i * 2), Math.sin(i * 3 + 1)]);
const yRows = xRows.map(([a = 0, b = 0, c = 0]) => [a - 2 * b + 0.5 * c + 0.1]);
const x = makeTensor(xRows);
const y = makeTensor(yRows);

function linear(seed = 1): ModelClass {
  setGlobalSeed(seed);
  const inputs = Input({ shape: [3], name: "features" });
  const model = Model({ inputs, outputs: Dense(1, { name: "value" })(inputs), name: "linear" });
  model.compile({ optimizer: new SGD(0.1), loss: "mse" });
  return model;
}

const fixed = { epochs: 3, batchSize: 8, shuffle: false, verbose: 0 } as const;
const lossesOf = async (fit: Promise<{ readonly history: Record<string, number[]> }>): Promise<number[]> =>
  (await fit).history["loss"] ?? [];

/** Two outputs, of which one is learned. */
function twoHeads(): ModelClass {
  setGlobalSeed(2);
  const [a, b] = [Input({ shape: [3], name: "a" }), Input({ shape: [2], name: "b" })];
  const outputs = { first: Dense(1, { name: "first" })(a), second: Dense(2, { name: "second" })(b) };
  return Model({ inputs: { a, b }, outputs });
}

describe("the forms of data", () => {
  it("give the same training", async () => {
    const expected = await lossesOf(linear().fit(x, y, fixed));
    expect(expected.length).toBe(3);
    expect(expected[2]).toBeLessThan(expected[0] ?? 0);
    const flatX = Float32Array.from(xRows.flat());
    const flatY = Float32Array.from(yRows.flat());
    const forms: readonly (readonly [unknown, unknown])[] = [
      [xRows, yRows],
      [flatX, yRows],
      [Float64Array.from(xRows.flat()), y],
      [
        { data: flatX, shape: [count, 3] },
        { data: flatY, shape: [count, 1] },
      ],
      [{ features: x }, { value: y }],
      [[x], [y]],
      [xRows.map((row) => Float32Array.from(row)), y],
    ];
    for (const [givenX, givenY] of forms) {
      const losses = await lossesOf(linear().fit(givenX, givenY, fixed));
      losses.forEach((loss, i) => expect(loss).toBeCloseTo(expected[i] ?? 0, 5));
    }
  });

  it("may be batches of an iterable, a generator function, or an asynchronous one", async () => {
    const expected = await lossesOf(linear().fit(x, y, fixed));
    const cut = (rows: readonly (readonly number[])[], i: number): readonly (readonly number[])[] =>
      rows.slice(i * 8, i * 8 + 8);
    const batches = [0, 1, 2].map((i) => [cut(xRows, i), cut(yRows, i)]);
    const forever = (function* () {
      for (;;) yield* batches;
    })();
    const options = { epochs: 3, verbose: 0 } as const;
    const runs = [
      linear().fit(new Set(batches), options),
      linear().fit(function* () {
        yield* batches;
      }, options),
      linear().fit(async function* () {
        for (const batch of batches) {
          await Promise.resolve();
          yield batch;
        }
      }, options),
      linear().fit(forever, { ...options, stepsPerEpoch: 3 }),
    ];
    for (const run of runs) expect(await lossesOf(run)).toEqual(expected);
    const evaluated = await linear().evaluate(new Set(batches), { verbose: 0 });
    expect(evaluated).toBeCloseTo((await linear().evaluate(x, y, { verbose: 0, batchSize: 8 })) as number, 6);
    const predicted = await linear().predict(new Set(batches), { verbose: 0 });
    expect(predicted.shape).toEqual([count, 1]);
  });

  it("may be keyed by the names of inputs and outputs", async () => {
    const b = makeTensor(xRows.map(([p = 0, q = 0]) => [p, q]));
    const run = async (givenX: unknown, givenY: unknown, loss: unknown): Promise<unknown> => {
      const model = twoHeads();
      model.compile({ optimizer: new SGD(0.1), loss });
      return (await model.fit(givenX, givenY, fixed)).history;
    };
    const byName = await run({ a: x, b }, { first: y, second: b }, { first: "mse", second: "mse" });
    expect(Object.keys(byName as object)).toEqual(["first_loss", "loss", "second_loss"]);
    expect(await run({ b, a: x }, { second: b, first: y }, "mse")).toEqual(byName);
    expect(await run([x, b], [y, b], "mse")).toEqual(byName);
    // One output alone has a loss: there are no losses of outputs then.
    expect(Object.keys((await run({ a: x, b }, { second: b }, { second: "mse" })) as object)).toEqual([
      "loss",
    ]);
  });
});

describe("options of fit", () => {
  it("take the last part for validation, before shuffling", async () => {
    const model = linear();
    const { history } = await model.fit(x, y, { ...fixed, epochs: 1, validationSplit: 0.25 });
    const rest = [makeTensor(xRows.slice(15)), makeTensor(yRows.slice(15))] as const;
    expect(history["val_loss"]?.[0]).toBeCloseTo(
      (await model.evaluate(...rest, { verbose: 0 })) as number,
      6,
    );
  });

  it("shuffle the same way for the same seed, and differently in each epoch", async () => {
    const orders: number[][] = [];
    const run = async (seed: number): Promise<number[]> => {
      const order: number[] = [];
      orders.push(order);
      const model = linear();
      setGlobalSeed(seed);
      const record = new LambdaCallback({
        onTrainBatchEnd: (_, logs) => void order.push(Number(logs["loss"])),
      });
      return lossesOf(model.fit(x, y, { epochs: 2, batchSize: 8, verbose: 0, callbacks: [record] }));
    };
    expect(await run(7)).toEqual(await run(7));
    expect(await run(8)).not.toEqual(await run(7));
  });

  it("weight samples and classes", async () => {
    const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
    const train = async (weighting: object): Promise<number[]> => {
      setGlobalSeed(3);
      const inputs = Input({ shape: [3] });
      const model = Model({ inputs, outputs: Dense(3, { activation: "softmax" })(inputs) });
      model.compile({ optimizer: new SGD(0.5), loss: "sparse_categorical_crossentropy" });
      return lossesOf(model.fit(x, labels, { ...fixed, ...weighting }));
    };
    const classWeight = { 0: 0.5, 2: 3 };
    const sampleWeight = Array.from(labels, (label) => [0.5, 1, 3][label] ?? 1);
    expect(await train({ classWeight })).toEqual(await train({ sampleWeight }));
    expect(await train({ classWeight })).not.toEqual(await train({}));
    await expect(train({ classWeight, sampleWeight })).rejects.toThrow(/received both/);
  });

  it("go on from an epoch, validate now and then, and run several steps at once", async () => {
    const { history, epoch } = await linear().fit(x, y, {
      ...fixed,
      initialEpoch: 1,
      validationData: [x, y],
      validationFreq: 2,
    });
    expect(epoch).toEqual([1, 2]);
    expect(history["loss"]?.length).toBe(2);
    expect(history["val_loss"]?.length).toBe(1);
    const model = linear();
    model.compile({ optimizer: new SGD(0.1), loss: "mse", stepsPerExecution: 2 });
    const steps: number[] = [];
    const record = new LambdaCallback({ onTrainBatchEnd: (batch) => void steps.push(batch) });
    const losses = await lossesOf(model.fit(x, y, { ...fixed, callbacks: [record] }));
    expect(steps).toEqual([1, 2, 1, 2, 1, 2]);
    expect(losses).toEqual(await lossesOf(linear().fit(x, y, fixed)));
  });

  it("take so many steps from arrays, going on through epochs", async () => {
    const batches: number[] = [];
    const record = new LambdaCallback({ onTrainBatchEnd: (batch) => void batches.push(batch) });
    await linear().fit(x, y, { ...fixed, epochs: 2, stepsPerEpoch: 2, callbacks: [record] });
    expect(batches).toEqual([0, 1, 0, 1]);
  });

  it("end a run by a callback or a signal", async () => {
    class Stop extends Callback {
      override onTrainBatchEnd(batch: number): void {
        if (batch === 1) this.model.stopTraining = true;
      }
    }
    expect((await linear().fit(x, y, { ...fixed, callbacks: new Stop() })).epoch).toEqual([0]);
    const controller = new AbortController();
    const abort = new LambdaCallback({ onEpochEnd: () => controller.abort(new Error("enough")) });
    const run = linear().fit(x, y, { ...fixed, epochs: 1000, callbacks: [abort], signal: controller.signal });
    await expect(run).rejects.toThrow("enough");
  });

  it("wait for callbacks that return promises", async () => {
    const order: string[] = [];
    const slow = new LambdaCallback({
      onEpochEnd: async (epoch) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`end ${epoch}`);
      },
      onEpochBegin: (epoch) => void order.push(`begin ${epoch}`),
    });
    await linear().fit(x, y, { ...fixed, epochs: 2, callbacks: [slow] });
    expect(order).toEqual(["begin 0", "end 0", "begin 1", "end 1"]);
  });

  it("restore the best weights", async () => {
    const model = linear();
    model.compile({ optimizer: new SGD(2.5), loss: "mse" });
    const weights: number[][] = [];
    const record = new LambdaCallback({
      onEpochEnd: () => void weights.push(Array.from(model.weights[0]?.dataSync() ?? [], Number)),
    });
    const stop = new EarlyStopping({ monitor: "loss", patience: 2, restoreBestWeights: true });
    const { history, epoch } = await model.fit(x, y, { ...fixed, epochs: 20, callbacks: [record, stop] });
    const losses = history["loss"] ?? [];
    expect(epoch.length).toBeLessThan(20);
    expect(Array.from(model.weights[0]?.dataSync() ?? [], Number)).toEqual(
      weights[losses.indexOf(Math.min(...losses))],
    );
  });
});

function uncompiled(): ModelClass {
  const inputs = Input({ shape: [3] });
  return Model({ inputs, outputs: Dense(1)(inputs) });
}

describe("mistakes", () => {
  const bad: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    ["no compile", () => uncompiled().fit(x, y), /compile it before fit/],
    [
      "sizes",
      () => linear().fit(x, makeTensor(yRows.slice(1)), fixed),
      /as many samples.*x \[20, 3\], y \[19, 1\]/,
    ],
    [
      "shape",
      () => linear().fit(makeTensor(xRows.map((row) => row.slice(1))), y, fixed),
      /expected \[null, 3\].*"features".*received \[8, 2\]/,
    ],
    [
      "an option",
      () => linear().fit(x, y, { epoch: 3 } as never),
      /unknown option `epoch`.*Did you mean `epochs`/,
    ],
    [
      "a batch size",
      () => linear().fit(x, y, { batchSize: 0 }),
      /`batchSize` to be a positive integer, received 0/,
    ],
    ["text", () => linear().fit("data", y, fixed), /x: expected a tensor.*received "data"/],
    ["a string among numbers", () => linear().fit([[1, 2, "3"]], [[1]], fixed), /x: expected numbers/],
    ["ragged rows", () => linear().fit([[1, 2, 3], [1]], [[1], [2]], fixed), /x: .*ragged/],
    ["no targets", () => linear().fit(x, undefined, fixed), /no targets/],
    [
      "a split",
      () => linear().fit(x, y, { ...fixed, validationSplit: 1.5 }),
      /between 0 and 1, received 1.5/,
    ],
    [
      "an empty part",
      () => linear().fit(makeTensor([[1, 2, 3]]), makeTensor([[1]]), { ...fixed, validationSplit: 0.5 }),
      /cannot be split/,
    ],
    [
      "targets beside batches",
      () => linear().fit(new Set([[x, y]]), y, fixed),
      /cannot be given beside an iterable/,
    ],
    ["an empty iterable", () => linear().fit(new Set(), { verbose: 0 }), /gave none/],
    ["a missing input", () => twoHeads().predict({ a: x }, { verbose: 0 }), /"b" is missing/],
    ["no data", () => linear().predict(undefined), /expected data, received undefined/],
    [
      "callbacks",
      () => linear().fit(x, y, { ...fixed, callbacks: [EarlyStopping as never] }),
      /expected callbacks/,
    ],
  ];
  it.each(bad)("are told: %s", async (_, run, message) => {
    await expect(run()).rejects.toThrow(message);
  });

  it("are told when compiling", () => {
    expect(() => linear().compile({ optimiser: "sgd" } as never)).toThrow(
      /unknown option `optimiser`.*optimizer/,
    );
    expect(() => linear().compile({ optimizer: "sdg" })).toThrow(/unknown optimizer "sdg".*"sgd"/);
    expect(() => linear().compile({ metrics: "accuracy" })).toThrow(/array/);
  });

  it("are told when losses do not fit outputs", async () => {
    const model = twoHeads();
    const b = makeTensor(xRows.map(([p = 0, q = 0]) => [p, q]));
    const run = (loss: unknown, targets: unknown = { first: y, second: b }): Promise<unknown> => {
      model.compile({ loss });
      return model.fit({ a: x, b }, targets, fixed);
    };
    await expect(run({ third: "mse" })).rejects.toThrow(/loss for "third"/);
    await expect(run("msee")).rejects.toThrow(/unknown loss "msee"/);
    await expect(run("mse", { first: y })).rejects.toThrow(/"second" has a loss, but no targets/);
  });
});

describe("a run", () => {
  it("lets the event loop turn", async () => {
    const model = linear();
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    let now = Date.now();
    const work = new LambdaCallback({
      onTrainBatchEnd: () => {
        while (Date.now() < now + 4);
        now = Date.now();
      },
    });
    await model.fit(x, y, { ...fixed, epochs: 20, callbacks: [work] });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });

  it("prints one line for each epoch where there is no terminal", async () => {
    const lines: string[] = [];
    const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      lines.push(String(text));
      return true;
    });
    try {
      await linear().fit(x, y, { epochs: 2, batchSize: 8 });
    } finally {
      write.mockRestore();
    }
    const text = lines.join("");
    expect(text.replace(/\d+(\.\d+)?(e-\d+)?/g, "N")).toMatch(
      /Epoch N\/N\nN\/N - Ns - N.s\/step - loss: N\nEpoch N\/N\n/,
    );
  });

  it("gives predictions nested as the outputs are", async () => {
    const b = makeTensor(xRows.map(([p = 0, q = 0]) => [p, q]));
    const model = twoHeads();
    const whole = (await model.predict({ a: x, b }, { verbose: 0 })) as unknown as Record<string, Tensor>;
    const parts = (await model.predict({ a: x, b }, { verbose: 0, batchSize: 7 })) as unknown as Record<
      string,
      Tensor
    >;
    expect(Object.keys(whole).sort()).toEqual(["first", "second"]);
    expect(parts["second"]?.shape).toEqual([count, 2]);
    expect(parts["second"]?.arraySync()).toEqual(whole["second"]?.arraySync());
  });
});

describe("arguments", () => {
  it("may be given by position in Keras's order, or all by name", async () => {
    const expected = await lossesOf(linear().fit(x, y, fixed));
    expect(await lossesOf(linear().fit(x, y, 8, 3, { shuffle: false, verbose: 0 }))).toEqual(expected);
    expect(await lossesOf(linear().fit({ x, y, ...fixed }))).toEqual(expected);
    const model = linear();
    model.compile(new SGD(0.1), "mse", { metrics: ["mae"] });
    expect(await lossesOf(model.fit(x, y, fixed))).toEqual(expected);
    expect((await model.predict(x, 7, { verbose: 0 })).shape).toEqual([count, 1]);
    expect(await model.evaluate(x, y, 8, { verbose: 0, returnDict: true })).toHaveProperty("mae");
    const stop = new EarlyStopping("loss", 0.5, { patience: 3 });
    expect([stop.monitor, stop.minDelta, stop.patience, stop.mode]).toEqual(["loss", 0.5, 3, "auto"]);
    await expect(linear().fit(x, y, 8, { batchSize: 8 } as never)).rejects.toThrow(/given twice/);
    expect(() => EarlyStopping({ patiense: 1 } as never)).toThrow(/unknown option `patiense`.*`patience`/);
  });
});

import { describe, expect, it } from "vitest";
import { Layer } from "../../src/graph/layer.ts";
import { Dense, Dropout, Input } from "../../src/layers/index.ts";
import * as layers from "../../src/layers/index.ts";
import type { ModelClass } from "../../src/models/model.ts";
import { Model } from "../../src/models/model.ts";
import { Sequential } from "../../src/models/sequential.ts";
import * as ops from "../../src/ops/index.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { Adam, SGD } from "../../src/optimizers/index.ts";
import { setGlobalSeed } from "../../src/util/seed.ts";

const x = makeTensor(Array.from({ length: 16 }, (_, i) => [Math.sin(i), Math.cos(i * 2)]));
const y = makeTensor(Array.from({ length: 16 }, (_, i) => [Math.sin(i) - Math.cos(i * 2)]));
const options = { batchSize: 8, shuffle: false, verbose: 0 } as const;
const weightsOf = (model: ModelClass): unknown[] => model.getWeights().map((weight) => weight.arraySync());

describe("a subclassed model", () => {
  it("is built by a shape, as by data", () => {
    class Tower extends Model {
      readonly hidden = layers.Dense(3);
      readonly last = layers.Dense(2);
      override call(x: Tensor): unknown {
        return this.last(this.hidden(x));
      }
    }
    const model = new Tower();
    model.build([null, 4]);
    expect(model.built).toBe(true);
    expect(model.countParams()).toBe(4 * 3 + 3 + 3 * 2 + 2);
    const called = new Tower();
    called(ops.ones([1, 4]));
    expect(called.weights.map(({ shape }) => shape)).toEqual(model.weights.map(({ shape }) => shape));
  });
});

describe("training", () => {
  it("builds a model that has seen no data yet, and its optimizer", async () => {
    const model = Sequential([Dense(3, { activation: "tanh" }), Dense(1)]);
    model.compile({ optimizer: "adam", loss: "mse" });
    expect(model.built).toBe(false);
    const { history } = await model.fit(x, y, { ...options, epochs: 2 });
    expect(model.built).toBe(true);
    expect(model.weights.length).toBe(4);
    expect(model.optimizer?.variables.length).toBe(2 + 2 * 4);
    expect(history["loss"]?.[1]).toBeLessThan(history["loss"]?.[0] ?? 0);
  });

  it("leaves frozen layers alone, once compiled", async () => {
    const inputs = Input({ shape: [2] });
    const first = Dense(3);
    const model = Model({ inputs, outputs: Dense(1)(first(inputs)) });
    first.trainable = false;
    model.compile({ optimizer: new SGD(0.1), loss: "mse" });
    const before = weightsOf(model);
    await model.fit(x, y, options);
    const after = weightsOf(model);
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[2]).not.toEqual(before[2]);
    first.trainable = true;
    model.compile({ optimizer: new SGD(0.1), loss: "mse" });
    await model.fit(x, y, options);
    expect(weightsOf(model)[0]).not.toEqual(before[0]);
  });

  it("draws new random numbers in each step, the same for the same seed", async () => {
    const run = async (): Promise<unknown[]> => {
      setGlobalSeed(11);
      const inputs = Input({ shape: [2] });
      const model = Model({ inputs, outputs: Dropout(0.5)(inputs) });
      const seen: unknown[] = [];
      class Spy extends Model {
        override call(given: Tensor, { training }: { readonly training?: boolean } = {}): unknown {
          return model.invoke(given, { training });
        }
        override predictStep({ x: given }: { readonly x: Tensor }): unknown {
          return this.invoke(given, { training: true });
        }
      }
      const spy = new Spy();
      for (let i = 0; i < 2; i++)
        seen.push((await spy.predict(ops.ones([8, 2]), { verbose: 0 })).arraySync());
      return seen;
    };
    const [first, second] = await run();
    expect(first).not.toEqual(second);
    expect([first, second]).toEqual(await run());
    expect(new Set((first as number[][]).flat())).toEqual(new Set([0, 2]));
  });

  it("adds losses of layers and penalties on weights to the loss", async () => {
    const inputs = Input({ shape: [2] });
    class Extra extends Layer {
      override call(given: Tensor): unknown {
        this.addLoss(ops.multiply(ops.mean(given), 0.25) as Tensor);
        return given;
      }
    }
    const kernelRegularizer = (w: Tensor): Tensor => ops.multiply(ops.sum(ops.square(w)), 0.1) as Tensor;
    const dense = Dense(1, { kernelRegularizer: kernelRegularizer as never });
    const model = Model({ inputs, outputs: dense(new Extra()(inputs)) });
    model.compile({ optimizer: new SGD(0), loss: "mse" });
    const kernel = dense.kernel.value.arraySync() as number[][];
    const mse = ops.mean(ops.square(ops.subtract(await model.predict(x, { verbose: 0 }), y))) as Tensor;
    const expected =
      mse.item() +
      0.1 * kernel.flat().reduce((sum, w) => sum + w * w, 0) +
      0.25 * (ops.mean(x) as Tensor).item();
    expect(await model.evaluate(x, y, { verbose: 0, batchSize: 16 })).toBeCloseTo(expected, 5);
    // Nothing piles up from call to call.
    expect(await model.evaluate(x, y, { verbose: 0, batchSize: 16 })).toBeCloseTo(expected, 5);
  });

  it("works without a compiled loss where layers add one, and says so where there is none", async () => {
    const inputs = Input({ shape: [2] });
    const outputs = Dense(1)(inputs);
    class Own extends Layer {
      override call([given, target]: readonly [Tensor, Tensor]): unknown {
        this.addLoss(ops.mean(ops.square(ops.subtract(given, target))) as Tensor);
        return given;
      }
    }
    const target = Input({ shape: [1] });
    const model = Model({ inputs: [inputs, target], outputs: new Own()([outputs, target]) });
    model.compile({ optimizer: new SGD(0.2) });
    const { history } = await model.fit([x, y], undefined, { ...options, epochs: 20 });
    expect(history["loss"]?.at(-1)).toBeLessThan(0.01);
    const plain = Model({ inputs, outputs });
    plain.compile({ optimizer: "sgd" });
    await expect(plain.fit(x, y, options)).rejects.toThrow(/there is no loss to minimise/);
  });

  it.each(["mixed_bfloat16", "mixed_float16"])("runs in %s", async (dtype) => {
    setGlobalSeed(5);
    const inputs = Input({ shape: [2] });
    const hidden = Dense(8, { activation: "tanh", dtype } as never)(inputs);
    const model = Model({ inputs, outputs: Dense(1, { dtype: "float32" })(hidden) });
    model.compile({ optimizer: new Adam(0.05), loss: "mse" });
    const { history } = await model.fit(x, y, { ...options, epochs: 15 });
    expect(history["loss"]?.at(-1)).toBeLessThan(0.1);
    expect(model.weights[0]?.dtype).toBe("float32");
  });

  it("trains a nested model, shared between two places", async () => {
    setGlobalSeed(6);
    const inner = Sequential([Input({ shape: [1] }), Dense(4, { activation: "tanh" }), Dense(1)]);
    const inputs = Input({ shape: [2] });
    const parts = [layers.Reshape([2, 1])(inputs)].flatMap((both) =>
      [0, 1].map((i) => inner(ops.getItem(both, [":", i]) as never)),
    );
    const model = Model({ inputs, outputs: Dense(1)(layers.Concatenate()(parts as never)) });
    model.compile({ optimizer: new Adam(0.03), loss: "mse" });
    const { history } = await model.fit(x, y, { ...options, epochs: 30 });
    expect(history["loss"]?.at(-1)).toBeLessThan((history["loss"]?.[0] ?? 0) / 3);
    expect(model.weights.length).toBe(6);
  });

  it("keeps the sum of the history whatever the number of samples in the last batch", async () => {
    const model = Sequential([Input({ shape: [2] }), Dense(1)]);
    model.compile({ optimizer: new SGD(0), loss: "mse", metrics: ["mae"] });
    const whole = (await model.evaluate(x, y, { verbose: 0, batchSize: 16 })) as number[];
    const parts = (await model.evaluate(x, y, { verbose: 0, batchSize: 5 })) as number[];
    whole.forEach((value, i) => expect(parts[i]).toBeCloseTo(value, 5));
  });
});

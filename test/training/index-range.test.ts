import { describe, expect, it } from "vitest";
import { type HostArray, CompiledFunction } from "../../src/graph/compiled-function.ts";
import {
  Input,
  layers,
  losses,
  Model,
  ops,
  Sequential,
  tensor,
  type Tensor,
  valueAndGrad,
} from "../../src/index.ts";
import type { ModelClass } from "../../src/models/model.ts";
import { DataError } from "../../src/util/errors.ts";

const x = ops.ones([6, 3]);

function classifier(options: object = {}): ModelClass {
  const model = Sequential([Input({ shape: [3] }), layers.Dense(2, { activation: "softmax" })]);
  model.compile({ optimizer: "sgd", loss: losses.SparseCategoricalCrossentropy(), ...options });
  return model;
}

function embedder(): Sequential {
  const model = Sequential([
    Input({ shape: [2] }),
    layers.Embedding(10, 3),
    layers.Flatten(),
    layers.Dense(1),
  ]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  return model;
}

const outOfRange = /expected whole numbers from 0 to 1, received 7 in row 4\. .*unit/;

describe("class numbers", () => {
  const bad = [0, 1, 0, 1, 7, 1];

  it("beyond the classes are refused, shuffled or not", async () => {
    for (const shuffle of [true, false]) {
      const options = { verbose: 0, shuffle, batchSize: 6 } as const;
      await expect(classifier().fit(x, bad, options)).rejects.toThrow(outOfRange);
      await expect(classifier().fit(x, tensor(bad, { dtype: "int64" }), options)).rejects.toThrow(DataError);
      await expect(classifier().fit(x, tensor(bad, { dtype: "bfloat16" }), options)).rejects.toThrow(
        outOfRange,
      );
    }
  });

  it("are looked at wherever they enter", async () => {
    await expect(classifier().evaluate(x, bad, { verbose: 0 })).rejects.toThrow(outOfRange);
    await expect(classifier().trainOnBatch(x, bad)).rejects.toThrow(outOfRange);
    await expect(classifier().testOnBatch(x, bad)).rejects.toThrow(outOfRange);
    await expect(classifier().fit([[x, tensor(bad)]], { verbose: 0 })).rejects.toThrow(outOfRange);
    await expect(classifier({ runEagerly: true }).fit(x, bad, { verbose: 0 })).rejects.toThrow(DataError);
    const column = bad.map((label) => [label]);
    await expect(classifier({ loss: "sparse_categorical_crossentropy" }).fit(x, column)).rejects.toThrow(
      DataError,
    );
    expect(() => losses.sparseCategoricalCrossentropy([2], [[0.5, 0.5]])).toThrow(/received 2 in row 0/);
    expect(() => losses.sparseCategoricalCrossentropy([-1], [[0.5, 0.5]])).toThrow(/received -1/);
    expect(() => losses.sparseCategoricalCrossentropy([Number.NaN], [[0.5, 0.5]])).toThrow(/received NaN/);
  });

  it("leave the model as it was", async () => {
    const model = classifier();
    const before = model.getWeights().map((weight) => weight.arraySync());
    await expect(model.fit(x, bad, { verbose: 0 })).rejects.toThrow(DataError);
    expect(model.getWeights().map((weight) => weight.arraySync())).toEqual(before);
    const { history } = await model.fit(x, [0, 1, 0, 1, 1, 1], { verbose: 0 });
    expect(history.loss?.[0]).toBeGreaterThan(0);
  });

  it("that are not to count are taken", async () => {
    const loss = losses.SparseCategoricalCrossentropy({ ignoreClass: -1 });
    await classifier({ loss }).fit(x, [0, 1, -1, 1, 0, 1], { verbose: 0 });
    await expect(classifier({ loss }).fit(x, bad, { verbose: 0 })).rejects.toThrow(outOfRange);
  });
});

describe("indices of embeddings", () => {
  const message =
    /embedding.* \(Embedding\): expected whole numbers from 0 to 9, received 10 in row 1\. .*inputDim/;
  const bad = [
    [0, 1],
    [2, 10],
  ];

  it("beyond the table are refused", async () => {
    await expect(embedder().predict(bad, { verbose: 0 })).rejects.toThrow(message);
    await expect(embedder().fit(bad, [[0], [1]], { verbose: 0, batchSize: 2 })).rejects.toThrow(message);
    expect(() => layers.Embedding(10, 2)(bad)).toThrow(message);
    expect(() => embedder()(tensor(bad))).toThrow(message);
  });

  it("may be parts of what a model is given", async () => {
    const inputs = Input({ shape: [2] });
    const words = layers.Embedding(10, 2)(inputs.at(":", 0));
    const model = Model({ inputs, outputs: words });
    expect((await model.predict([[3, 1000.5]], { verbose: 0 })).shape).toEqual([1, 2]);
  });

  it("are looked at in functions that are differentiated", () => {
    const table = layers.Embedding(10, 2);
    table([[0]]);
    expect(() => valueAndGrad(() => ops.sum(table([[99]]) as Tensor), table.trainableWeights)).toThrow(
      DataError,
    );
  });
});

describe("rows of a whole", () => {
  it("are looked at once", () => {
    const table = layers.Embedding(4, 1);
    table([[0]]);
    const f = new CompiledFunction((ids) => table(ids as Tensor));
    let reads = 0;
    const whole: HostArray = {
      shape: [3],
      dtype: "int32",
      get data() {
        reads++;
        return Int32Array.of(0, 1, 2);
      },
    };
    for (let i = 0; i < 3; i++) f.runSync({ data: Int32Array.of(i), shape: [1], dtype: "int32", whole });
    expect(reads).toBe(1);
  });
});

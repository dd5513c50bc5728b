import { describe, expect, it } from "vitest";
import { AntlerError, callbacks, Input, layers, Model, ops, Sequential, tensor } from "../src/index.ts";

/* A beginner's mistakes: the error says how to mend it. */

function classifier(): Model {
  const inputs = Input({ shape: [6], name: "pixels" });
  const model = Model(inputs, layers.Dense(3, { activation: "softmax" })(inputs));
  model.compile({ optimizer: "sgd", loss: "sparse_categorical_crossentropy" });
  return model;
}

const x = ops.zeros([4, 6]);
const pictures = ops.zeros([4, 2, 3]);
const y = tensor([0, 1, 2, 0], { dtype: "int32" });
const quiet = { verbose: 0 } as const;

const wrong: Readonly<Record<string, readonly [act: () => unknown, message: RegExp]>> = {
  "texts as labels": [
    () => classifier().fit(x, ["cat", "dog", "cat", "dog"], quiet),
    /y: expected numbers nested 1 deep, received "cat".* turn the data into numbers first, by layers\.StringLookup/,
  ],
  "rows as objects": [
    () => classifier().fit([{ a: 1, b: 2 }], [0], quiet),
    /x: expected numbers .*received an object with a, b/,
  ],
  "a list of tensors": [() => tensor([x, x] as never), /received .*Join tensors by ops\.stack/s],
  "operators of JavaScript": [
    () => {
      const inputs: unknown = Input({ shape: [2] });
      return layers.Dense(2)(`${String(inputs)}${String(inputs)}` as never);
    },
    /Use ops, or methods: a\.add\(b\)/,
  ],
  "a layer called on a layer": [
    () => layers.Dense(2)(layers.Dense(3, { name: "other" }) as never),
    /received <Dense name=other, built=false>/,
  ],
  "pictures for a model of vectors": [
    () => classifier().fit(pictures, y, quiet),
    /expected \[null, 6\] for the input "pixels", received \[4, 2, 3\]\. Bring it there with ops\.reshape\(x, \[-1, 6\]\)/,
  ],
  "one sample without a batch axis": [
    () => classifier()(ops.zeros([6])),
    /expected \[null, 6\] for the input "pixels", received \[6\]\. Is the batch axis missing\? Add it with ops\.expandDims\(x, 0\)/,
  ],
  "a misnamed input": [
    () => classifier().fit({ pixel: x }, y, quiet),
    /the input "pixels" is missing\. Received: pixel/,
  ],
  "one-hot targets for a sparse loss": [
    () => classifier().fit(x, ops.oneHot(y, 3), quiet),
    /One-hot targets go to ops\.categoricalCrossentropy/,
  ],
  "a picture without channels": [
    () => layers.Conv2D(2, 2)(Input({ shape: [8, 8] }) as never),
    /Channels \(layers\.Reshape\) or time steps/,
  ],
  "recurrent layers upon the last step alone": [
    () => layers.LSTM(2)(layers.LSTM(2)(Input({ shape: [5, 3] })) as never),
    /time steps \(returnSequences: true\) are missing/,
  ],
  "a picture without a batch": [
    () => layers.Conv2D(2, 2)(ops.zeros([8, 8, 1]) as never),
    /Is the batch axis missing\?/,
  ],
  "fewer losses than outputs with names": [
    () => {
      const inputs = Input({ shape: [6] });
      const outputs = { a: layers.Dense(1)(inputs), b: layers.Dense(1)(inputs), c: layers.Dense(1)(inputs) };
      const model = Model({ inputs, outputs });
      model.compile({ optimizer: "sgd", loss: ["mse", "mae"] });
      return model.fit(x, { a: y, b: y, c: y }, quiet);
    },
    /expected one loss for each of 3 outputs \(null for none\), received 2/,
  ],
  "a misnamed loss weight": [
    () => {
      const inputs = Input({ shape: [6] });
      const model = Model({ inputs, outputs: { a: layers.Dense(1)(inputs), b: layers.Dense(1)(inputs) } });
      model.compile({ optimizer: "sgd", loss: { a: "mse", b: "mae" }, lossWeights: { a: 1, c: 2 } });
      return model.fit(x, { a: y, b: y }, quiet);
    },
    /`lossWeights` names "c", but the outputs are a, b/,
  ],
  "targets that are absent in a later fit": [
    async () => {
      const inputs = Input({ shape: [6] });
      const model = Model({
        inputs,
        outputs: { a: layers.Dense(1)(inputs), b: layers.Dense(1)(inputs) },
      });
      model.compile({ optimizer: "sgd", loss: "mse" });
      await model.fit(x, { a: y, b: y }, quiet);
      await model.fit(x, { a: y }, quiet);
    },
    /fit: the output "b" has a loss, but no targets: the targets are an object with a/,
  ],
  "layers that are no array": [
    () => Sequential(layers.Dense(1) as never),
    /Sequential: expected layers in an array/,
  ],
  "a layer's class": [() => Sequential([layers.Dense as never]), /received a class or function: call it/],
  "an object as a callback": [
    () => classifier().fit(x, y, { ...quiet, callbacks: [{ onEpochEnd: () => null }] as never }),
    /LambdaCallback\({ onEpochEnd, … }\) makes one of functions/,
  ],
  "a callback's class": [
    () => classifier().fit(x, y, { ...quiet, callbacks: [callbacks.EarlyStopping as never] }),
    /a function \(make an object of the class\)/,
  ],
};

describe("an error about", () => {
  it.each(Object.entries(wrong))("%s says what to do", async (_, [act, message]) => {
    let thrown: unknown = null;
    try {
      await act();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AntlerError);
    expect(String(thrown)).toMatch(message);
  });
});

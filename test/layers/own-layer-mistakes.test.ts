import { describe, expect, it } from "vitest";
import {
  AntlerError,
  type callbacks,
  Input,
  Layer,
  layers,
  metrics,
  Model,
  ops,
  optimizers,
  utils,
  Variable,
} from "../../src/index.ts";

const quiet = { verbose: 0 } as const;

describe("mistakes in code of the user's", () => {
  it("layers without a call, or whose call returns nothing or a promise, are named", () => {
    // @ts-expect-error -- the type tells it as well
    class Bare extends Layer {}
    class Silent extends Layer {
      override call(): void {}
    }
    class Late extends Layer {
      override async call(): Promise<unknown> {
        return null;
      }
    }
    for (const x of [Input({ shape: [2] }), ops.ones([1, 2])]) {
      expect(() => new Bare().invoke(x)).toThrow(/bare\w* \(Bare\): the class has no call/);
      expect(() => new Silent().invoke(x)).toThrow(/\(Silent\): expected call to return a tensor.*nothing/);
      expect(() => new Late().invoke(x)).toThrow(/\(Late\): expected call to return a tensor.*promise/);
    }
  });

  it("metrics that do not fit the outputs are named, with the shapes", async () => {
    const inputs = Input({ shape: [4] });
    const model = Model(inputs, layers.Dense(3, { activation: "softmax" })(inputs));
    model.compile({
      optimizer: "sgd",
      loss: "sparse_categorical_crossentropy",
      metrics: [metrics.Precision()],
    });
    await expect(model.fit(ops.ones([8, 4]), ops.zeros([8]), quiet)).rejects.toThrow(
      /the metric precision\w*, truth \[8\], predictions \[8, 3\]/,
    );
  });

  it("gradients of other shapes name the variable", () => {
    const w = new Variable([1, 2], { name: "w" });
    expect(() => optimizers.SGD(0.1).apply([ops.ones([3])], [w])).toThrow(
      /\(SGD\): expected a gradient of shape \[2\] for w, received \[3\]/,
    );
  });

  it("callbacks that are none, words that are no numbers, and operators on tensors are told", async () => {
    const inputs = Input({ shape: [1] });
    const model = Model(inputs, layers.Dense(1)(inputs));
    model.compile({ optimizer: "sgd", loss: "mse" });
    const wrong: unknown = [{ onEpochEnd: () => undefined }];
    const fit = model.fit(ops.ones([1, 1]), ops.ones([1, 1]), {
      ...quiet,
      callbacks: wrong as callbacks.Callback[], // SAFETY: a mistake
    });
    await expect(fit).rejects.toThrow(/expected callbacks/);
    const words: unknown = [["a", "b"]];
    expect(() => utils.padSequences(words as number[][])).toThrow(
      /received "a" in sequence 0.*TextVectorization/,
    ); // SAFETY: a mistake
    const x: unknown = ops.ones([2]);
    expect(() => (x as number) * 2).toThrow(AntlerError); // SAFETY: a mistake
    expect(() => (x as number) * 2).toThrow(/a\.multiply\(2\)/); // SAFETY: a mistake
    expect(String(x)).toBe("Tensor(shape=[2], dtype=float32, [1,1])");
  });
});

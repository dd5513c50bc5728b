// As in a bundled page: nothing here imports `src/index.ts`, which has at hand what pages load on use.
import { afterEach, describe, expect, it } from "vitest";
import { needAllKernels } from "../src/backend/kernels/all.ts";
import { setMemoryLimit } from "../src/backend/wasm/runtime/memory-limit.ts";
import { rematerialiser } from "../src/compiler/rematerialise/provided.ts";
import { get as initializerNamed } from "../src/initializers/index.ts";
import { Dense } from "../src/layers/core/dense.ts";
import { Input } from "../src/layers/core/input-layer.ts";
import { Model } from "../src/models/model.ts";
import { gather } from "../src/ops/core/primitives/index.ts";
import { Tensor } from "../src/ops/core/tensor.ts";
import { getItem, provideGather } from "../src/ops/get-item.ts";
import { get as regularizerNamed } from "../src/regularizers/index.ts";
import { AntlerError, OptionError } from "../src/util/errors.ts";
import { setRandomSeed } from "../src/utils/session.ts";
import { expectClose } from "./support/close.ts";

const x = Array.from({ length: 8 }, (_, i) => [i / 8, 1 - i / 8]);
const y = x.map(([a = 0, b = 0]) => [a - b]);

function model(units = 4, depth = 1): ReturnType<typeof Model> {
  setRandomSeed(1);
  const inputs = Input({ shape: [2] });
  let hidden = Dense(units, { activation: "gelu" })(inputs);
  for (let i = 1; i < depth; i++) hidden = Dense(units, { activation: "gelu" })(hidden);
  return Model({ inputs, outputs: Dense(1)(hidden) });
}

function numbersOf(values: readonly unknown[] = []): number[] {
  return values.map(Number);
}

describe("an optimizer that only its name stands for", () => {
  it("is there from the first fit on", async () => {
    const trained = model();
    trained.compile({ optimizer: "Nadam", loss: "mse" });
    expect(() => trained.optimizer).toThrow(AntlerError);
    expect(() => trained.optimizer).toThrow(/the optimizer is loaded by the first fit/);
    const { history } = await trained.fit(x, y, { epochs: 2, verbose: 0 });
    expect(trained.optimizer?.className).toBe("Nadam");
    expect(Number(trained.optimizer?.iterations.dataSync()[0])).toBe(2);
    expect(history["loss"]).toHaveLength(2);
    // Nothing is to be loaded for the next one.
    const other = model();
    other.compile({ optimizer: "lion", loss: "mse" });
    expect(other.optimizer?.className).toBe("Lion");
  });

  it("is refused at once where there is none of that name", () => {
    expect(() => model().compile({ optimizer: "nadamm", loss: "mse" })).toThrow(OptionError);
    expect(() => model().compile({ optimizer: "nadamm", loss: "mse" })).toThrow(/Did you mean "nadam"\?/);
  });
});

describe("batches from an iterable", () => {
  it("are taken by what is loaded for the first of them", async () => {
    const trained = model();
    trained.compile({ optimizer: "sgd", loss: "mse" });
    const { history } = await trained.fit(() => [[x, y]], { epochs: 2, verbose: 0 });
    expect(history["loss"]).toHaveLength(2);
  });

  it("leave a model no room for a second fit while they load", async () => {
    const trained = model();
    trained.compile({ optimizer: "sgd", loss: "mse" });
    const first = trained.fit(() => [[x, y]], { verbose: 0 });
    await expect(trained.fit(x, y, { verbose: 0 })).rejects.toThrow(/one fit of a model at a time/);
    await first;
  });
});

describe("a step that needs more memory than there is", () => {
  afterEach(() => setMemoryLimit(null));

  it("has some values computed twice by what is loaded for it", async () => {
    const wide = Array.from({ length: 4096 }, (_, i) => [Math.sin(i), Math.cos(i)]);
    const targets = wide.map(([a = 0]) => [a]);
    const losses: number[][] = [];
    expect(() => rematerialiser()).toThrow(AntlerError);
    // The second limit is below what the step takes as it is, and above what is left when values are computed twice.
    for (const limit of [null, 20 * 2 ** 20]) {
      setMemoryLimit(limit);
      const trained = model(64, 8);
      trained.compile({ optimizer: "sgd", loss: "mse" });
      const { history } = await trained.fit(wide, targets, { batchSize: 4096, epochs: 2, verbose: 0 });
      losses.push(numbersOf(history["loss"]));
    }
    expect(() => rematerialiser()).not.toThrow();
    expectClose(losses[1] ?? [], losses[0] ?? [], { rtol: 1e-5, atol: 1e-6 }, "losses");
  });
});

describe("indices that are arrays", () => {
  it("take the same elements with a kernel for it as by comparing", () => {
    needAllKernels();
    const numbers = Tensor.fromData(
      Float32Array.from({ length: 2 * 3 * 4 }, (_, i) => (i === 5 ? Infinity : i === 6 ? NaN : i - 9)),
      [2, 3, 4],
      "float32",
    );
    const flags = Tensor.fromData(Uint8Array.of(1, 0, 1), [3], "bool");
    const whole = Tensor.fromData(BigInt64Array.of(2n ** 53n + 1n, -1n, 7n), [3], "int64");
    const cases = (): unknown[] => [
      getItem(numbers, [[1, 0, 1]]).arraySync(),
      getItem(numbers, [":", [2, -1, 0]]).arraySync(),
      getItem(numbers, [":", ":", [[0, 3], [1, 1]]]).arraySync(), // prettier-ignore
      getItem(numbers, [[0, 1], ":", [1, 2]]).arraySync(),
      getItem(flags, [[2, 1, 0, 0]]).arraySync(),
      getItem(whole, [[0, 2]]).arraySync(),
    ];
    const compared = cases();
    provideGather(gather);
    expect(compared).toEqual(cases());
    expect(compared[4]).toEqual([1, 0, 1, 1]);
  });
});

describe("an initializer or regularizer that strings seldom stand for", () => {
  it("is asked for as an object where its name is not at hand", () => {
    expect(() => initializerNamed("stft")).toThrow(/Give initializers\.STFT\(\)/);
    expect(() => regularizerNamed("orthogonal_regularizer")).toThrow(OptionError);
  });
});

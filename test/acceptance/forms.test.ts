/** Forms of call that programs use, each as a user writes it. */
import { describe, expect, it } from "vitest";
import {
  Input,
  KerasTensor,
  Model,
  ShapeError,
  OptionError,
  Variable,
  layers,
  ops,
  tensor,
} from "../../src/index.ts";

const x = Array.from({ length: 4 }, (_, i) => [i, i + 1]);
const y = x.map(([first = 0]) => [first]);
const quiet = { verbose: 0 } as const;

function compiled(): Model {
  const inputs = Input({ shape: [2] });
  const model = Model(inputs, layers.Dense(1)(inputs));
  model.compile({ loss: "mse", optimizer: "sgd" });
  return model;
}

describe("values", () => {
  it("makes a tensor of a tensor and of a variable", async () => {
    expect(await tensor(tensor([[1, 2]]), { dtype: "int32", shape: [2] }).array()).toEqual([1, 2]);
    expect(tensor(new Variable([3])).arraySync()).toEqual([3]);
  });

  it("assigns a flat typed array to a variable of as many elements", () => {
    const variable = new Variable([[1, 2]]);
    variable.assign(new Float32Array([3, 4]));
    expect(variable.value.arraySync()).toEqual([[3, 4]]);
    expect(() => variable.assign(new Float32Array(3))).toThrow(ShapeError);
    expect(() => variable.assign([3, 4])).toThrow(ShapeError);
  });

  it("names unknown options of ops beside a nested array", () => {
    // @ts-expect-error: no such option
    expect(() => ops.sum([[1]], { axes: 1 })).toThrow(OptionError);
  });
});

describe("graphs", () => {
  it("takes an input that exists, and refuses values", () => {
    const inputs = Input({ shape: [2] });
    expect(Input({ tensor: inputs })).toBe(inputs);
    expect(Input({ tensor: new KerasTensor([null, 3]) }).shape).toEqual([null, 3]);
    // @ts-expect-error: a value is no symbolic tensor
    expect(() => Input({ tensor: tensor([1]) })).toThrow(OptionError);
  });

  it("calls a model of two inputs on two nested arrays", () => {
    const a = Input({ shape: [2] });
    const b = Input({ shape: [1] });
    const model = Model([a, b], layers.concatenate([a, b]));
    expect((model([[[1, 2]], [[3]]]) as { arraySync(): unknown }).arraySync()).toEqual([[1, 2, 3]]); // SAFETY: one output
  });
});

describe("training", () => {
  it("takes an array of batches, of tensors or of nested numbers", async () => {
    for (const batch of [
      [x, y],
      [tensor(x), tensor(y)],
      [tensor(x), tensor(y), [1, 1, 1, 0]],
    ]) {
      const model = compiled();
      const { history } = await model.fit([batch, batch, batch], { ...quiet, epochs: 2 });
      expect(history["loss"]).toHaveLength(2);
      expect(history["loss"]?.[1]).toBeLessThan(history["loss"]?.[0] ?? 0);
      expect(await model.evaluate([batch], quiet)).toBeTypeOf("number");
    }
  });

  it("takes lists of one nested array", async () => {
    const model = compiled();
    const whole = await model.evaluate(x, y, quiet);
    expect(await model.evaluate([x], [y], quiet)).toBe(whole);
  });

  it("takes rank-three numbers for samples, not for batches", async () => {
    const inputs = Input({ shape: [2, 3] });
    const model = Model(inputs, layers.Flatten()(inputs));
    const samples = [1, 2].map((k) => [1, 2].map(() => [k, k, k]));
    expect(((await model.predict(samples, quiet)) as { shape: unknown }).shape).toEqual([2, 6]); // SAFETY: one output
  });

  it("hands a step its batch in parts as well as by name", async () => {
    class Stepping extends Model {
      // Keras's form: the batch taken apart in order.
      override trainStep(data: never): ReturnType<Model["trainStep"]> {
        const [inputs, targets, ...rest] = data as Iterable<ReturnType<typeof tensor>>; // SAFETY: a batch is iterable
        expect(rest).toHaveLength(0);
        if (inputs === undefined || targets === undefined) throw new Error("parts are missing");
        const yPred = this.call(inputs) as ReturnType<typeof tensor>; // SAFETY: one output
        return { loss: this.computeLoss({ x: inputs, y: targets, yPred }) };
      }
    }
    const inputs = Input({ shape: [2] });
    const model = new Stepping(inputs, layers.Dense(1, { kernelInitializer: "zeros" })(inputs));
    model.compile({ loss: "mse" });
    const { history } = await model.fit(x, y, quiet);
    expect(history["loss"]?.[0]).toBeCloseTo(3.5, 5);
  });
});

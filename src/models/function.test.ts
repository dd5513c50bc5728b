import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as antler from "../index.ts";
import { Input, layers, Model, Operation, ops, type Tensor } from "../index.ts";

const numbers = (value: unknown): readonly number[] => Array.from((value as Tensor).dataSync(), Number); // SAFETY: a tensor

class Scaled extends Operation {
  readonly factor: number;
  constructor(factor: number) {
    super();
    this.factor = factor;
  }
  override call(x: Tensor): unknown {
    return [ops.multiply(x, this.factor), ops.sum(x, { axis: -1 })];
  }
}

describe("Operation", () => {
  it("computes on tensors, and becomes a node of graphs", async () => {
    const triple = new Scaled(3);
    expect(triple.name).toBe("scaled");
    const [values, sums] = triple([[1, 2]]) as [Tensor, Tensor]; // SAFETY: as the class says
    expect([numbers(values), numbers(sums)]).toEqual([[3, 6], [3]]);
    const inputs = Input({ shape: [2] });
    const [scaled, total] = triple(inputs) as [typeof inputs, typeof inputs]; // SAFETY: as above
    expect([scaled.shape, total.shape]).toEqual([[null, 2], [null]]);
    const model = Model({ inputs, outputs: layers.Dense(1, { kernelInitializer: "ones" })(scaled) });
    expect(numbers(await model.predict([[1, 2]], { verbose: 0 }))).toEqual([9]);
    expect(triple instanceof Operation && layers.Dense(1) instanceof Operation).toBe(true);
    expect([] instanceof Operation).toBe(false);
    expect(triple.output).toEqual([scaled, total]);
    expect(() => Operation("none")([1])).toThrow(/method call/);
    expect(() => Operation({ nam: "x" } as never)).toThrow(/`name`/); // SAFETY: a mistake on purpose
  });
});

describe("Function", () => {
  it("is the computation between symbolic tensors, nested as they are", () => {
    const a = Input({ shape: [2], name: "a" });
    const b = Input({ shape: [2], name: "b" });
    const sum = ops.add(a, b);
    const f = antler.Function({ a, b }, [sum, ops.multiply(sum, 2)], { name: "both" });
    expect([f.name, f.inputs.length, f.outputs.length]).toEqual(["both", 2, 2]);
    const [one, two] = f({ a: [[1, 2]], b: [[3, 4]] }) as [Tensor, Tensor]; // SAFETY: as the outputs
    expect([numbers(one), numbers(two)]).toEqual([
      [4, 6],
      [8, 12],
    ]);
    const c = Input({ shape: [2] });
    const again = antler.Function(c, f({ a: c, b: c }));
    const [, doubled] = again([[1, 1]]) as [Tensor, Tensor]; // SAFETY: as above
    expect(numbers(doubled)).toEqual([4, 4]);
    expect(() => antler.Function(a, sum)).toThrow(/b/);
    expect(() => f({ a: [[1, 2]] })).toThrow(/b/);
    expect(() => new antler.Function(a, undefined)).toThrow(/outputs/);
  });
});

describe("version", () => {
  it("is the package's", () => {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    expect((JSON.parse(text) as { version: string }).version).toBe(antler.version()); // SAFETY: package.json has a version
  });
});

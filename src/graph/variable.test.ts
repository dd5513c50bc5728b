import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { makeTensor } from "../ops/core/convert.ts";
import { Layer } from "./layer.ts";
import { resetNames } from "./naming.ts";
import { SeedGenerator } from "./seed-generator.ts";
import { Variable } from "./variable.ts";

describe("Variable", () => {
  it("is made with or without new, and can be extended", () => {
    class Counter extends Variable {
      increment(): this {
        return this.assignAdd(1);
      }
    }
    const counter = new Counter(1, { dtype: "int32", name: "counter" });
    expect(counter.increment().dataSync()).toEqual(new Int32Array([2]));
    expect(counter).toBeInstanceOf(Counter);
    expect(counter).toBeInstanceOf(Variable);
    const called = Variable([1, 2], { name: "v" });
    expect(called).toBeInstanceOf(Variable);
    expect([called.name, called.shape]).toEqual(["v", [2]]);
    expect({}).not.toBeInstanceOf(Variable);
  });

  it("prints its value where that is small, in consoles as well", () => {
    const rate = new Variable(0.5, { name: "rate" });
    expect(String(rate.assign(0.25))).toBe("Variable(path=rate, shape=[], dtype=float32, 0.25)");
    expect(inspect({ rate })).toBe("{ rate: Variable(path=rate, shape=[], dtype=float32, 0.25) }");
    const table = new Variable(makeTensor(new Float32Array(101)), { name: "table" });
    expect(String(table)).toBe("Variable(path=table, shape=[101], dtype=float32)");
  });
});

describe("SeedGenerator", () => {
  it("is made with or without new, by position or by name", () => {
    const made = [SeedGenerator(1337), new SeedGenerator(1337), SeedGenerator({ seed: 1337 })];
    for (const generator of made) expect(generator).toBeInstanceOf(SeedGenerator);
    const draws = made.map((generator) => [...generator.next().dataSync()]);
    expect(draws[1]).toEqual(draws[0]);
    expect(draws[2]).toEqual(draws[0]);
    expect(SeedGenerator(1, { name: "noise" }).name).toBe("noise");
    expect(SeedGenerator(1, "noise").name).toBe("noise");
    // @ts-expect-error -- misspelt
    expect(() => SeedGenerator({ sed: 1 })).toThrow(/Did you mean `seed`/);
  });
});

describe("weights without a name", () => {
  it("are numbered as Keras numbers them", () => {
    class Scale extends Layer {
      override build(): void {
        this.addWeight({ shape: [1] });
        this.addWeight({ shape: [1] });
      }
      override call(inputs: never): unknown {
        return inputs;
      }
    }
    resetNames();
    const layer = new Scale();
    layer([[1]]);
    expect(layer.weights.map(({ path }) => path)).toEqual(["scale/variable", "scale/variable_1"]);
    const next = new Scale();
    next([[1]]);
    expect(next.weights.map(({ path }) => path)).toEqual(["scale_1/variable_2", "scale_1/variable_3"]);
  });
});

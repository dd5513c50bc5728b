import { describe, expect, it } from "vitest";
import { Layer, Metric, OptionError, ops, type Tensor } from "../../src/index.ts";

/* Weights of layers, and state of metrics: in Keras's order of arguments, or by name. */

class Own extends Layer {
  override call(x: Tensor): Tensor {
    return x;
  }
}

class Count extends Metric {
  override updateState(): void {}

  override result(): Tensor {
    return ops.zeros([]);
  }
}

describe("addWeight", () => {
  it("takes a shape, an initializer and a dtype by position, and options behind them", () => {
    const layer = new Own({ name: "own" });
    const all = [
      layer.addWeight({ shape: [2], initializer: "ones", name: "a", trainable: false }),
      layer.addWeight([2], { initializer: "ones", name: "b", trainable: false }),
      layer.addWeight([2], "ones", { name: "c", trainable: false }),
      layer.addWeight([2], "ones", "float32", false, { name: "d" }),
    ];
    for (const { shape, dtype, trainable, value } of all) {
      expect({ shape, dtype, trainable }).toEqual({ shape: [2], dtype: "float32", trainable: false });
      expect(value.arraySync()).toEqual([1, 1]);
    }
    expect(all.map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
    expect(layer.addWeight().shape).toEqual([]);
  });

  it("refuses options that it does not know", () => {
    const layer = new Own({ name: "own" });
    expect(() => layer.addWeight({ shape: [2], initialiser: "ones" } as never)).toThrow(
      /own \(Own\): addWeight: unknown option `initialiser`\. Did you mean `initializer`\?/,
    );
    expect(() => layer.addWeight([2], { regulariser: "l2" } as never)).toThrow(OptionError);
  });
});

describe("addVariable of metrics", () => {
  it("takes a shape and an initializer by position, and options behind them", () => {
    const metric = new Count({ name: "count" });
    const all = [
      metric.addVariable({ shape: [3], initializer: "ones", name: "a" }),
      metric.addVariable([3], "ones", { name: "b" }),
      metric.addWeight([3], { initializer: "ones", name: "c" }),
    ];
    for (const { value } of all) expect(value.arraySync()).toEqual([1, 1, 1]);
    expect(all.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(metric.variables).toEqual(all);
  });

  it("refuses options that it does not know", () => {
    expect(() => new Count({ name: "count" }).addVariable({ shpae: [2] } as never)).toThrow(
      /count: addVariable: unknown option `shpae`\. Did you mean `shape`\?/,
    );
  });
});

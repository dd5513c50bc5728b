import { describe, expect, it } from "vitest";
import { Input, Layer, layers, Model, ops, type Shape, type Tensor } from "../../src/index.ts";

/** Builds the layer it holds in its own `build`. */
class Holder extends Layer {
  readonly inner = layers.Dense(3);
  builds = 0;

  override build(inputShape: Shape): void {
    this.builds++;
    this.inner.build(inputShape);
  }

  override call(inputs: Tensor): unknown {
    return this.inner(inputs);
  }
}

describe("a layer whose build is called", () => {
  it("is built, once", () => {
    const layer = layers.Embedding(5, 2);
    layer.build([1]);
    expect(layer.built).toBe(true);
    layer.setWeights([ops.ones([5, 2])]);
    layer.build([1]);
    expect(layer([[1]]).arraySync()).toEqual([[[1, 1]]]);
    expect(layer.weights).toHaveLength(1);
  });

  it("keeps its weights when it is called by the layer that built it", () => {
    const holder = new Holder();
    const inputs = Input({ shape: [4] });
    const model = Model(inputs, holder(inputs));
    expect(model.weights.map(({ path }) => path)).toEqual(["holder/dense/kernel", "holder/dense/bias"]);
    holder.build([null, 4]);
    expect(holder.builds).toBe(1);
  });

  it("may hand over to its base class", () => {
    class Twice extends Holder {
      override build(inputShape: Shape): void {
        super.build(inputShape);
        this.addWeight({ shape: [1], name: "own" });
      }
    }
    const layer = new Twice();
    layer.build([null, 2]);
    expect(layer.weights).toHaveLength(3);
    expect(layer.builds).toBe(1);
  });

  it("may be a model with a build of its own", () => {
    class Own extends Model {
      readonly inner = layers.Dense(2);
      override build(inputShape: Shape): void {
        this.inner.build(inputShape);
      }
      override call(inputs: Tensor): unknown {
        return this.inner(inputs);
      }
    }
    const model = new Own();
    model.build([null, 3]);
    expect(model.built).toBe(true);
    model(ops.ones([1, 3]));
    expect(model.countParams()).toBe(8);
  });
});

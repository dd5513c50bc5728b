import { describe, expect, it } from "vitest";
import {
  AntlerError,
  Input,
  Layer,
  layers,
  Model,
  tensor,
  type Tensor,
  type Variable,
} from "../../src/index.ts";

/* Mistakes in code of one's own: what a layer's call and a model's steps give. */

const x = tensor([
  [1, 2],
  [3, 4],
]);

class Giving extends Layer {
  readonly given: unknown;

  constructor(given: unknown) {
    super({ name: "giving" });
    this.given = given;
  }

  override call(_inputs: Tensor): unknown {
    return this.given;
  }
}

describe("a layer of one's own", () => {
  for (const given of [undefined, 3, [undefined]]) {
    it(`is told when its call gives ${JSON.stringify(given)}`, () => {
      expect(() => new Giving(given)(Input({ shape: [2] }))).toThrow(AntlerError);
      expect(() => new Giving(given)(x)).toThrow(
        /giving \(Giving\): expected call to return a tensor, or several, received/,
      );
    });
  }

  it("is told when its class has no call", () => {
    class Silent extends Giving {}
    Object.defineProperty(Silent.prototype, "call", { value: undefined });
    expect(() => new Silent(3)(x)).toThrow(/giving \(Silent\): the class has no call/);
  });

  it("may give a weight", () => {
    class Weight extends Layer {
      declare w: Variable;

      override build(): void {
        this.w = this.addWeight({ shape: [2, 3], initializer: "ones" });
      }

      override call(_inputs: Tensor): unknown {
        return this.w;
      }
    }
    expect(new Weight()(x).arraySync()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
    const inputs = Input({ shape: [2] });
    expect(Model(inputs, new Weight()(inputs)).outputs[0]?.shape).toEqual([2, 3]);
  });
});

describe("a training step of one's own", () => {
  const train = async (logs: unknown): Promise<unknown> => {
    class Own extends Model {
      readonly dense = layers.Dense(1);

      override trainStep(): never {
        return logs as never; // SAFETY: wrong on purpose
      }
    }
    const model = new Own({ name: "own" });
    model.compile({ optimizer: "sgd" });
    return model.fit(x, { verbose: 0 });
  };

  it("is told when it gives no tensors by name", async () => {
    await expect(train(undefined)).rejects.toThrow(
      /own \(Own\): trainStep: expected an object of tensors by name.*received undefined/,
    );
    await expect(train({ loss: 3 })).rejects.toThrow(/trainStep: .*received number among them/);
  });
});

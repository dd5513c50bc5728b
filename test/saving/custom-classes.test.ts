import { describe, expect, it } from "vitest";
import { activations, Input, Layer, layers, Model, models, saving, type Tensor } from "../../src/index.ts";
import { FormatError } from "../../src/util/errors.ts";

/** Takes its arguments by position, under names that its configuration does not have. */
class Forgetful extends Layer {
  readonly dense;
  readonly units: number;

  constructor(size: number, kind = "relu") {
    super();
    this.units = size;
    this.dense = layers.Dense(size, { activation: kind });
  }

  override call(inputs: Tensor): unknown {
    return this.dense(inputs);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), units: this.units };
  }
}

/** The same, with a way back. */
class Mindful extends Forgetful {
  static override fromConfig(config: Readonly<Record<string, unknown>>): Mindful {
    return new Mindful(Number(config["units"]));
  }
}

function jsonWith(LayerClass: new (units: number) => Forgetful): string {
  const inputs = Input({ shape: [2] });
  return Model(inputs, new LayerClass(3)(inputs)).toJson();
}

describe("a class of the user's", () => {
  it("whose constructor cannot take its configuration is told how it could", () => {
    const text = jsonWith(Forgetful);
    const load = (): unknown => models.modelFromJson(text, { customObjects: { Forgetful } });
    expect(load).toThrow(FormatError);
    expect(load).toThrow(
      /Forgetful: .*units.*\n.*getConfig gave: \{ name, trainable, dtype, units \}.*fromConfig/,
    );
  });

  it("is told the same when it is registered", () => {
    saving.registerKerasSerializable({ package: "told" })(Forgetful);
    expect(() => models.modelFromJson(jsonWith(Forgetful))).toThrow(/getConfig gave/);
  });

  it("may take arguments by position, under the names that its configuration has", () => {
    class Linear extends Layer {
      readonly units: number;
      readonly dense;

      constructor(units = 32, activation: string | null = null, options: { name?: string } = {}) {
        super(options);
        this.units = units;
        this.dense = layers.Dense(units, { activation });
      }

      override call(given: Tensor): unknown {
        return this.dense(given);
      }

      override getConfig(): Record<string, unknown> {
        return { ...super.getConfig(), units: this.units, activation: this.dense.activation };
      }
    }
    const inputs = Input({ shape: [2] });
    const text = Model(inputs, new Linear(3, "tanh", { name: "line" })(inputs)).toJson();
    const model = models.modelFromJson(text, { customObjects: { Linear } });
    for (const copy of [model, models.cloneModel(model)]) {
      const line = copy.getLayer("line");
      expect(line).toBeInstanceOf(Linear);
      expect(line.getConfig()).toMatchObject({ units: 3, activation: activations.tanh });
    }
  });

  it("may take arguments by position where it has a fromConfig", () => {
    const model = models.modelFromJson(jsonWith(Mindful), { customObjects: { Mindful } });
    expect(model.layers[1]).toBeInstanceOf(Mindful);
  });
});

describe("registering", () => {
  it("takes package and name by name or by position, and no others", () => {
    const make = (): object => class extends layers.Flatten {};
    const one = saving.registerKerasSerializable("parts", "One")(make());
    const two = saving.registerKerasSerializable({ package: "parts", name: "Two" })(make());
    expect([one, two].map((cls) => saving.getRegisteredName(cls))).toEqual(["parts>One", "parts>Two"]);
    const misspelt = { packge: "parts" } as object;
    expect(() => saving.registerKerasSerializable(misspelt)).toThrow(/Did you mean `package`\?/);
  });
});

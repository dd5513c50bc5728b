import { describe, expect, it } from "vitest";
import { largestProgram, plannedMemory } from "../../test/support/planned-steps.ts";
import { expectClose, tolerance } from "../../test/support/close.ts";
import * as antler from "../index.ts";
import { RematScope, type RematMode, type RematScopeOptions } from "./remat-scope.ts";

const { layers } = antler;
const [rows, size, blocks] = [32, 8, 4];

/** A block whose inside is 16 times as large as its ends. */
class Block extends antler.Layer {
  declare up: antler.Layer;
  declare down: antler.Layer;
  declare drop: antler.Layer;

  constructor(options = {}) {
    super(options);
    this.up = layers.Dense(size * 16, { activation: "tanh", name: `${this.name}_up` });
    this.drop = layers.Dropout(0.2, { seed: 7 });
    this.down = layers.Dense(size, { name: `${this.name}_down` });
  }

  override call(x: antler.Tensor, { training }: { training?: boolean | null } = {}): unknown {
    const wide = antler.ops.sin(antler.ops.exp(this.up(x) as antler.Tensor));
    return this.down(this.drop(wide, { training: training ?? null }));
  }
}

function build(): antler.Model {
  antler.setRandomSeed(3);
  antler.utils.clearSession();
  antler.setRandomSeed(3);
  const inputs = antler.Input({ shape: [size] });
  let x: unknown = inputs;
  for (let i = 0; i < blocks; i++) x = new Block({ name: `block_${i}` })(x as antler.KerasTensor);
  const normalized = layers.BatchNormalization()(x as antler.KerasTensor);
  const model = antler.Model({ inputs, outputs: layers.Dense(1)(normalized) });
  model.compile({ optimizer: "sgd", loss: "mse" });
  return model;
}

const data = {
  x: antler.tensor(
    Float32Array.from({ length: rows * size }, (_, i) => Math.sin(i)),
    { shape: [rows, size] },
  ),
  y: antler.tensor(
    Float32Array.from({ length: rows }, (_, i) => Math.cos(i)),
    { shape: [rows, 1] },
  ),
};

/** Losses of three epochs, and the weights afterwards. */
async function train(model: antler.Model): Promise<readonly ArrayLike<number>[]> {
  const { history } = await model.fit(data.x, data.y, { epochs: 3, batchSize: rows / 2, verbose: 0 });
  return [history["loss"] ?? [], ...model.getWeights().map((weight) => weight.dataSync() as Float32Array)];
}

function expectAlike(actual: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((values, i) =>
    expectClose(values, expected[i] ?? [], tolerance("float32", "epochs"), `weight ${i - 1}`),
  );
}

async function arenaOf(model: antler.Model): Promise<number> {
  return plannedMemory(await largestProgram(() => model.trainOnBatch(data.x, data.y))).arenaBytes;
}

const scopes: readonly (RematMode | RematScopeOptions)[] = [
  "full",
  "activations",
  { mode: "larger_than", outputSizeThreshold: 1024 },
  { mode: "list_of_layers", layerNames: ["block_0", "block_1", "block_2", "block_3"] },
];

describe("RematScope", () => {
  it.each(scopes)("%j: trains to the same weights", async (options) => {
    expectAlike(await train(RematScope(options, build)), await train(build()));
  });

  it("trains layers that change their own weights to the same values", async () => {
    const make = (): antler.Model => {
      antler.utils.clearSession();
      antler.setRandomSeed(3);
      const inputs = antler.Input({ shape: [size] });
      const x = layers.SpectralNormalization(layers.Dense(6, { activation: "tanh" }))(inputs);
      const outputs = layers.Dense(1)(layers.BatchNormalization()(x as antler.KerasTensor));
      const model = antler.Model({ inputs, outputs }) as unknown as antler.Model;
      model.compile({ optimizer: antler.optimizers.SGD(0.1), loss: "mse" });
      return model;
    };
    const expected = await train(make());
    expect(expected[0]?.[2]).toBeLessThan((expected[0]?.[0] ?? 0) * 0.95);
    expectAlike(await train(RematScope("full", make)), expected);
  });

  it("takes less memory, where it chooses what is large inside", async () => {
    const plain = await arenaOf(build());
    const arena = (options: RematMode | RematScopeOptions): Promise<number> =>
      arenaOf(RematScope(options, build));
    expect(await arena("full")).toBeLessThan(plain * 0.6);
    expect(await arena({ mode: "list_of_layers", layerNames: ["block_0", "block_1"] })).toBeLessThan(
      plain * 0.8,
    );
    // No layer is as large; the scope that is entered last decides.
    expect(await arena({ mode: "larger_than", outputSizeThreshold: 1e6 })).toBe(plain);
    expect(await arenaOf(RematScope("full", () => RematScope({ mode: null }, build)))).toBe(plain);
  });

  it("ends with its function, also where that fails", async () => {
    const plain = await arenaOf(build());
    expect(() =>
      RematScope("full", () => {
        throw new RangeError("stop");
      }),
    ).toThrow(RangeError);
    expect(await arenaOf(build())).toBe(plain);
    const later = await RematScope("full", async () => {
      await Promise.resolve();
      return build();
    });
    expect(await arenaOf(later)).toBeLessThan(plain);
    expect(await arenaOf(build())).toBe(plain);
  });

  it("makes layers that are saved as others are", () => {
    const layer = RematScope("full", () => layers.Dense(2, { name: "d" }));
    expect(layers.serialize(layer)).toEqual(layers.serialize(layers.Dense(2, { name: "d" })));
    expect(Object.keys(layer)).not.toContain("invoke");
  });

  it("refuses other modes and options", () => {
    // @ts-expect-error an unknown mode
    expect(() => RematScope("all", () => 0)).toThrow(/"larger_than".*received "all"/);
    // @ts-expect-error an unknown option
    expect(() => RematScope({ layers: [] }, () => 0)).toThrow(/layerNames/);
    // @ts-expect-error nothing to run
    expect(() => RematScope("full")).toThrow(/expected a function/);
  });
});

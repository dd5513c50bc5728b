import { afterEach, describe, expect, it } from "vitest";
import * as antler from "../src/index.ts";
import { ProgbarLogger } from "../src/callbacks/progbar-logger.ts";

const { config, DTypePolicy, Input, InputSpec, Layer, layers, mixedPrecision, ops, saving, utils } = antler;

describe("config's interactive logging", () => {
  afterEach(config.enableInteractiveLogging);

  it('decides what verbose: "auto" means on a terminal', () => {
    const verbosity = (isTty: boolean): number => {
      const terminal = { isTty, columns: 80, write: (): void => {} };
      const logger = new ProgbarLogger({ terminal, nowMs: () => 0 });
      logger.setParams({ verbose: "auto", epochs: 1, steps: 1 });
      return logger.verbose;
    };
    expect([config.isInteractiveLoggingEnabled(), verbosity(true), verbosity(false)]).toEqual([true, 1, 2]);
    config.disableInteractiveLogging();
    expect([utils.isInteractiveLoggingEnabled(), verbosity(true), verbosity(false)]).toEqual([false, 2, 2]);
  });
});

describe("mixedPrecision", () => {
  afterEach(() => mixedPrecision.setGlobalPolicy(null));

  it("sets and tells the policy of layers", () => {
    mixedPrecision.setGlobalPolicy("mixed_bfloat16");
    expect([mixedPrecision.globalPolicy().name, config.dtypePolicy().name]).toEqual([
      "mixed_bfloat16",
      "mixed_bfloat16",
    ]);
    expect(layers.Dense(1).computeDtype).toBe("bfloat16");
  });

  it("has policies that layers take, made with or without new", () => {
    for (const policy of [DTypePolicy("mixed_float16"), new mixedPrecision.Policy("mixed_float16")]) {
      expect(policy).toBeInstanceOf(DTypePolicy);
      const layer = layers.Dense(1, { dtype: policy });
      expect([layer.computeDtype, layer.variableDtype]).toEqual(["float16", "float32"]);
      expect(layers.serialize(layer)).toMatchObject({ config: { dtype: { class_name: "DTypePolicy" } } });
    }
    expect(() => DTypePolicy("mixed_float8")).toThrow(antler.DTypeError);
    const layer = layers.Dense(1, { dtype: "float16" });
    expect(layer.dtypePolicy).toBeInstanceOf(DTypePolicy);
  });

  it("has the optimizer that scales losses", () => {
    expect(mixedPrecision.LossScaleOptimizer).toBe(antler.optimizers.LossScaleOptimizer);
  });
});

/** Gives its first input, having checked what it was told. */
class Picky extends Layer {
  constructor(spec: antler.InputSpec | readonly antler.InputSpec[]) {
    super();
    this.inputSpec = spec;
  }

  override call(inputs: unknown): antler.Tensor {
    const [first] = Object.values(inputs as object) as antler.Tensor[];
    return inputs instanceof antler.Tensor ? inputs : (first ?? antler.tensor([0]));
  }
}

describe("InputSpec", () => {
  const given = (shape: readonly (number | null)[], dtype: antler.DType = "float32"): antler.KerasTensor =>
    Input({ shape: shape.slice(1), dtype });
  const use = (spec: antler.InputSpec, x: unknown): unknown => (new Picky(spec) as CallableFunction)(x);

  it("is checked at every call of a custom layer", () => {
    expect(InputSpec).toBe(layers.InputSpec);
    const spec = InputSpec({ ndim: 3, axes: { 2: 4, [-2]: null } });
    expect(use(spec, given([null, 5, 4]))).toBeInstanceOf(antler.KerasTensor);
    expect(() => use(spec, given([null, 5]))).toThrow(/rank 3/);
    expect(() => use(spec, given([null, 5, 3]))).toThrow(/4 elements on axis 2/);
    expect(() => use(spec, ops.ones([2, 4]))).toThrow(antler.ShapeError);
    expect(() => use(InputSpec({ minNdim: 3 }), given([null, 5]))).toThrow(/rank >= 3/);
    expect(() => use(InputSpec({ maxNdim: 2 }), given([null, 5, 1]))).toThrow(/rank <= 2/);
    expect(() => use(InputSpec({ shape: [null, 5] }), given([null, 6]))).toThrow(/shape \[null, 5\]/);
    expect(use(InputSpec({ shape: [null, 5] }), given([null, null]))).toBeInstanceOf(antler.KerasTensor);
  });

  it("checks the dtype that the layer computes in", () => {
    const spec = InputSpec({ dtype: "int32" });
    expect(use(spec, given([null, 2], "int32"))).toBeInstanceOf(antler.KerasTensor);
    expect(() => use(spec, given([null, 2]))).toThrow(antler.DTypeError);
    expect(use(InputSpec({ dtype: "float32" }), given([null, 2], "float16"))).toBeInstanceOf(
      antler.KerasTensor,
    );
    expect(() => InputSpec({ dtype: "float7" as never })).toThrow(antler.DTypeError);
  });

  it("may let a last axis of size 1 be there or not", () => {
    const spec = InputSpec({ shape: [null, 28, 28, 1], allowLastAxisSqueeze: true });
    expect(use(spec, ops.ones([2, 28, 28]))).toMatchObject({ shape: [2, 28, 28] });
    expect(use(spec, ops.ones([2, 28, 28, 1]))).toMatchObject({ shape: [2, 28, 28, 1] });
    expect(() => use(spec, ops.ones([2, 28, 28, 3]))).toThrow(antler.ShapeError);
    expect(() => use(spec, ops.ones([2, 27, 28]))).toThrow(antler.ShapeError);
  });

  it("finds inputs by their names", () => {
    const specs = [InputSpec({ name: "b", ndim: 1 }), InputSpec({ name: "a", ndim: 2, optional: true })];
    const layer = new Picky(specs) as CallableFunction;
    const [one, two] = [ops.ones([2]), ops.ones([2, 2])];
    expect(layer({ a: two, b: one })).toMatchObject({ shape: [2, 2] });
    expect(layer({ b: one })).toMatchObject({ shape: [2] });
    expect(() => layer({ a: one, b: one }) as unknown).toThrow(/rank 2/);
    expect(() => layer({ a: two }) as unknown).toThrow(/expected an input "b"/);
  });

  it("refuses what it does not know, and axes beyond the rank", () => {
    expect(() => InputSpec({ dims: 3 } as object)).toThrow(antler.OptionError);
    expect(() => new InputSpec({ ndim: 2, axes: { 2: 1 } })).toThrow(/below the rank 2/);
    expect(InputSpec({ shape: [null, 3] }).getConfig()).toEqual({
      dtype: null, shape: [null, 3], ndim: 2, maxNdim: null, minNdim: null, axes: {}, optional: false,
    }); // prettier-ignore
  });
});

class Doubling extends Layer {
  override call(x: antler.Tensor): antler.Tensor {
    return ops.multiply(x, 2);
  }
}

describe("checks", () => {
  it("tell dtypes and symbolic tensors", () => {
    expect([utils.standardizeDtype(), utils.standardizeDtype("int8")]).toEqual([config.floatx(), "int8"]);
    expect(() => utils.standardizeDtype("float7")).toThrow(antler.DTypeError);
    expect([utils.isKerasTensor(Input({ shape: [1] })), utils.isKerasTensor(ops.ones([1]))]).toEqual([
      true,
      false,
    ]);
  });
});

describe("custom objects", () => {
  const x = Input({ shape: [2] });
  const json = antler.Model({ inputs: x, outputs: new Doubling()(x) }).toJson();

  it("are known within a scope, until a promise of it is settled", async () => {
    const load = (): unknown => antler.models.modelFromJson(json);
    expect(load).toThrow(/Doubling/);
    expect(utils.customObjectScope({ Doubling }, load)).toBeInstanceOf(antler.Model);
    expect(load).toThrow(/Doubling/);
    const later = saving.CustomObjectScope({ Doubling }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      return load();
    });
    await expect(later).resolves.toBeInstanceOf(antler.Model);
    expect(load).toThrow(/Doubling/);
    const fails = saving.customObjectScope({ Doubling }, () => Promise.reject(new RangeError("no")));
    await expect(fails).rejects.toThrow(RangeError);
    expect(load).toThrow(/Doubling/);
  });

  it("are known everywhere once they are put among them", () => {
    utils.getCustomObjects()["Doubling"] = Doubling;
    expect(antler.models.modelFromJson(json)).toBeInstanceOf(antler.Model);
    expect(utils.getRegisteredObject("Doubling")).toBe(Doubling);
    delete saving.getCustomObjects()["Doubling"];
    expect(utils.getRegisteredObject("Doubling")).toBeNull();
    saving.registerKerasSerializable({ package: "names" })(Doubling);
    expect(saving.getCustomObjects()["names>Doubling"]).toBe(Doubling);
    expect(utils.getRegisteredName(Doubling)).toBe("names>Doubling");
  });
});

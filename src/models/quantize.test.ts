import { describe, expect, it, vi } from "vitest";
import { dtypePolicies, Input, layers, Model, models, quantizers, saving, utils } from "../index.ts";
import { Dense } from "../layers/core/dense.ts";
import { modelFromJson } from "../saving/index.ts";

function small(): Model {
  utils.setRandomSeed(3);
  const inputs = Input({ shape: [6] });
  const hidden = layers.Dense(8, { name: "first" })(inputs);
  const inner = models.Sequential([layers.Dense(4, { name: "inner" }), layers.ReLU()], { name: "nested" });
  return Model({ inputs, outputs: layers.Dense(2, { name: "last" })(inner(hidden)) });
}

const x = [[1, -2, 0.5, 0, 3, -1]];

describe("model.quantize", () => {
  it("quantizes every layer that can be, in models inside as well, and reports", async () => {
    const model = small();
    const before = (await model.predict(x, { verbose: 0 })).dataSync();
    const log = vi.spyOn(console, "log").mockReturnValue();
    const report = model.quantize("int8");
    expect(log.mock.calls.join("\n")).toMatch(/Quantized 3 layer\(s\):[^]*int8_from_float32/);
    log.mockRestore();
    expect(report.quantized.map(({ mode }) => mode)).toEqual(["int8", "int8", "int8"]);
    expect(report.skippedByReason("no quantize support")).toEqual(["re_lu"]);
    expect(model.getLayer("first").weights.map(({ dtype }) => dtype)).toEqual(["float32", "int8", "float32"]);
    const after = (await model.predict(x, { verbose: 0 })).dataSync();
    expect(after).not.toEqual(before);
    after.forEach((y, i) => expect(Math.abs(Number(y) - Number(before[i]))).toBeLessThan(0.05));
    expect(model.quantize("int4", { verbose: false }).skippedByReason("already quantized").length).toBe(3);
  });

  it("takes filters and configurations", () => {
    const model = small();
    const config = quantizers.Int4QuantizationConfig({ blockSize: 3 });
    const report = model.quantize({ config, filters: ["^first$", "last"], verbose: false });
    expect(report.quantized.map(({ path }) => path.split("/").at(-1))).toEqual(["first", "last"]);
    expect(report.quantized.map(({ scheme }) => scheme)).toEqual(Array(2).fill("int4/3_from_float32"));
    expect(report.numSkipped).toBe(2);
    const rest = model.quantize("int8", { filters: (layer) => layer.name === "inner", verbose: false });
    expect(rest.numQuantized).toBe(1);
    expect(() => model.quantize("int8", { filters: 3 as never })).toThrow(/regular expression/); // SAFETY: a mistake on purpose
    expect(() => model.quantize("int8", { filter: "x" } as never)).toThrow(/`filters`/); // SAFETY: as above
    expect(() => model.quantize("gptq")).toThrow(/calibrated with data/);
    expect(() => model.quantize("int5")).toThrow(/int8, float8, int4/);
  });

  it("stays through configurations, and through clones", () => {
    const model = small();
    model.quantize("int4", { verbose: false });
    const again = modelFromJson(model.toJson());
    expect(again.getLayer("last").dtypePolicy.name).toBe("int4/128_from_float32");
    expect(again.getLayer("last").weights.map(({ shape }) => shape)).toEqual(
      model.getLayer("last").weights.map(({ shape }) => shape),
    );
    expect(models.cloneModel(model).getLayer("first").quantizationMode).toBe("int4");
  });

  it("refuses layers that cannot be, by name", () => {
    class Own extends Dense {
      static readonly className = "Own";
    }
    const own = new Own(3);
    own.ensureBuilt([[null, 2]]);
    expect(() => own.quantize("int8")).toThrow(/Own.*cannot be quantized.*Dense, EinsumDense/);
    expect(() => layers.Dense(3).quantize("int8")).toThrow(/no weights yet/);
    const embedding = layers.Embedding(4, 2);
    embedding.ensureBuilt([[null]]);
    expect(() => embedding.quantize("float8")).toThrow(/Layers that can be: Dense, EinsumDense/);
    embedding.quantize("int8");
    expect(() => embedding.quantize("int8")).toThrow(/already: int8_from_float32/);
    const half = layers.Dense(2, { dtype: "float16" });
    half.ensureBuilt([[null, 2]]);
    expect(() => half.quantize("int8")).toThrow(/mixed_bfloat16/);
    const adapted = layers.Dense(2, { loraRank: 1 });
    adapted.ensureBuilt([[null, 2]]);
    expect(() => adapted.quantize("float8")).toThrow(/low-rank/);
    expect(() => layers.Dense(2, { dtype: dtypePolicies.QuantizedDTypePolicy("int8", "float32") })).toThrow(
      /quantize\("int8"\)/,
    );
  });
});

describe("dtype policies of quantized layers", () => {
  it("go by their names, and through Keras's JSON form", () => {
    const names = ["int8_from_float32", "int4/128_from_mixed_bfloat16", "int4/-1_from_float32"];
    for (const name of [...names, "float8_from_float32", "ternary_from_float32", "mixed_bfloat16"]) {
      const policy = dtypePolicies.get(name);
      expect(policy.name).toBe(name);
      const again = dtypePolicies.deserialize(dtypePolicies.serialize(policy));
      expect(again).toEqual(policy);
      expect(again.constructor.name).toBe(policy.constructor.name);
    }
    expect(dtypePolicies.get("int4/None_from_float32").name).toBe("int4/-1_from_float32");
    expect(dtypePolicies.get("int4/64_from_mixed_bfloat16").computeDtype).toBe("bfloat16");
    expect(dtypePolicies.QuantizedFloat8DTypePolicy("float8", "float32", 16).amaxHistoryLength).toBe(16);
  });

  it("refuse what there is not", () => {
    expect(() => dtypePolicies.get("int4/0_from_float32")).toThrow(/block size/);
    expect(() => dtypePolicies.get("int8")).toThrow(/int8_from_float32/);
    expect(() => dtypePolicies.QuantizedDTypePolicy("int9", "float32")).toThrow(/"int8"/);
    expect(() => dtypePolicies.QuantizedDTypePolicy("int8", "float16")).toThrow(/float16/);
    const config = { mode: "gptq/4/128", source_name: "float32" };
    const description = { module: "keras.dtype_policies", class_name: "GPTQDTypePolicy", config };
    expect(() => saving.deserializeKerasObject(description)).toThrow(/calibrated with data/);
  });
});

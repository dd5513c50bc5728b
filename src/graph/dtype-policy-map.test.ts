import { afterEach, describe, expect, it } from "vitest";
import * as antler from "../index.ts";
import { OptionError } from "../util/errors.ts";

const { dtypePolicies, layers } = antler;
const { DTypePolicyMap } = dtypePolicies;

afterEach(() => antler.config.setDtypePolicy(null));

describe("DTypePolicyMap", () => {
  it("finds policies by path, by expression for whole paths, else the default", () => {
    const map = DTypePolicyMap("float32", { "encoder/layer_0/dense": "bfloat16" });
    map.set("encoder/.*", dtypePolicies.DTypePolicy("float16")).set("decoder", "mixed_bfloat16");
    const nameOf = (path: string): string => map.get(path).name;
    expect(nameOf("encoder/layer_0/dense")).toBe("bfloat16");
    expect(nameOf("encoder/attention/query")).toBe("float16");
    expect(nameOf("decoder")).toBe("mixed_bfloat16");
    expect(nameOf("decoder/attention")).toBe("float32");
    expect(nameOf("my/encoder/x")).toBe("float32");
    map.set("encoder/attention/.*", "float64");
    expect(() => nameOf("encoder/attention/query")).toThrow(
      /fits several keys: encoder\/\.\*, encoder\/attention/,
    );
  });

  it("is a map", () => {
    const map = DTypePolicyMap({ policyMap: { a: "float16", b: "float64" } });
    expect([map.size, map.has("a"), map.has("c")]).toEqual([2, true, false]);
    expect([...map].map(([path, policy]) => [path, policy.name])).toEqual([
      ["a", "float16"],
      ["b", "float64"],
    ]);
    expect([...map.keys()]).toEqual(["a", "b"]);
    expect(() => map.set("a", "float32")).toThrow(/there already, with float16/);
    expect([map.delete("a"), map.delete("a"), map.size]).toEqual([true, false, 1]);
    map.set("a", "float32");
    expect([...map.values()].map(({ name }) => name)).toEqual(["float64", "float32"]);
  });

  it("is the default policy by itself, the global one where none is given", () => {
    const given = DTypePolicyMap("mixed_bfloat16");
    expect([given.name, given.computeDtype, given.variableDtype]).toEqual([
      "map_mixed_bfloat16",
      "bfloat16",
      "float32",
    ]);
    const open = DTypePolicyMap();
    antler.config.setDtypePolicy("float16");
    expect([open.name, open.computeDtype, open.defaultPolicy.name]).toEqual([
      "map_float16",
      "float16",
      "float16",
    ]);
    expect(open).toBeInstanceOf(dtypePolicies.DTypePolicy);
  });

  it("gives layers inside a layer the policies of their paths", () => {
    const dtype = DTypePolicyMap("float32", {
      "attention/(query|key)": "mixed_bfloat16",
      ".*value": "float64",
    });
    const attention = layers.MultiHeadAttention(2, 4, { dtype, name: "attention" });
    const x = antler.ops.ones([1, 3, 8]);
    const output = attention(x, x) as antler.Tensor;
    const dtypes = Object.fromEntries(
      attention.subLayers.map((layer) => [layer.name, [layer.computeDtype, layer.variableDtype]]),
    );
    expect(dtypes).toMatchObject({
      query: ["bfloat16", "float32"],
      key: ["bfloat16", "float32"],
      value: ["float64", "float64"],
      attention_output: ["float32", "float32"],
    });
    const weights = Object.fromEntries(attention.weights.map((weight) => [weight.path, weight.dtype]));
    expect(weights["attention/value/kernel"]).toBe("float64");
    expect(weights["attention/query/kernel"]).toBe("float32");
    expect(output.dtype).toBe("float32");
  });

  it("is saved with layers and models", async () => {
    const dtype = DTypePolicyMap(null, { "attention/query": "mixed_bfloat16" });
    const inputs = antler.Input({ shape: [3, 8] });
    const attention = layers.MultiHeadAttention(2, 4, { dtype, name: "attention" });
    const model = antler.Model({ inputs, outputs: attention(inputs, inputs) as antler.KerasTensor });
    const description = antler.layers.serialize(attention) as { config: { dtype: unknown } };
    expect(description.config.dtype).toEqual({
      module: "keras.dtype_policies",
      class_name: "DTypePolicyMap",
      config: {
        default_policy: null,
        policy_map: {
          "attention/query": {
            module: "keras",
            class_name: "DTypePolicy",
            config: { name: "mixed_bfloat16" },
            registered_name: null,
          },
        },
      },
      registered_name: null,
    });
    const read = await antler.models.loadModel(antler.saving.modelToBytes(model as unknown as antler.Model));
    const layer = read.getLayer("attention");
    expect(layer.subLayers.find(({ name }) => name === "query")?.computeDtype).toBe("bfloat16");
    const x = antler.ops.multiply(antler.ops.ones([2, 3, 8]), 0.3) as antler.Tensor;
    expect((read(x) as antler.Tensor).arraySync()).toEqual((model(x) as antler.Tensor).arraySync());
    const policy = dtypePolicies.get(dtypePolicies.serialize(dtype) as Record<string, unknown>);
    expect(policy).toBeInstanceOf(DTypePolicyMap);
  });

  it("refuses what is no map of policies", () => {
    expect(() => DTypePolicyMap(DTypePolicyMap())).toThrow(/one policy/);
    expect(() => DTypePolicyMap("float32", { "(": "float16" })).toThrow(/regular expression/);
    expect(() => DTypePolicyMap("float32", { a: "flot" })).toThrow(/flot/);
    // @ts-expect-error no object
    expect(() => DTypePolicyMap("float32", [["a", "float16"]])).toThrow(OptionError);
    const layer = layers.Dense(2, {
      dtype: DTypePolicyMap(null, { "den.e": "int8_from_float32" }),
      name: "dense",
    });
    expect(() => layer([[1, 2]])).toThrow(/quantize\("int8"\)/);
  });
});

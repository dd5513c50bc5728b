import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../backend/index.ts";
import type { LayerBase } from "../../graph/layer-base.ts";
import type { DType } from "../../ir/dtypes.ts";
import { Input, layers, models, optimizers, quantizers, type Shape, utils } from "../../index.ts";
import { makeTensor } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import type { VariableStore } from "../../graph/stored-operation.ts";
import { toValue } from "../../ops/core/convert.ts";
import type { AdaptableLayer } from "../core/adaptable-layer.ts";
import { modelToBytes } from "../../saving/index.ts";

interface Stored {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly class: "Dense" | "EinsumDense" | "Embedding" | "ReversibleEmbedding" | "TernaryDense";
  readonly args: Readonly<Record<string, unknown>>;
  readonly shape: readonly number[];
  readonly mode: string;
  readonly config: {
    readonly blockSize?: number | null;
    readonly activationQuantizer?: string | null;
  } | null;
  readonly lora: readonly [rank: number, alpha: number | null] | null;
  readonly before: readonly Stored[];
  readonly policy: string;
  readonly after: readonly { readonly name: string; readonly trainable: boolean; readonly value: Stored }[];
  readonly x: Stored;
  readonly y: Stored;
  readonly r?: Stored;
  readonly ry?: Stored;
  readonly stored: readonly Stored[];
}

interface Fixtures {
  readonly cases: readonly Case[];
  readonly float8: {
    readonly before: readonly Stored[];
    readonly steps: readonly { readonly x: Stored; readonly y: Stored; readonly loss: number }[];
    readonly after: readonly { readonly name: string; readonly value: Stored }[];
    readonly predict: Stored;
    readonly optimizerVariables: number;
  };
}

// Computed by Keras 3.16 on JAX.
const { cases, float8 } = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/quantized-layers.json", import.meta.url), "utf8"),
) as Fixtures; // SAFETY: the form above

function toTensor({ data, shape, dtype }: Stored): Tensor {
  return makeTensor([...data], { shape, dtype });
}

function expectTensor(actual: Tensor, expected: Stored, what: string, tolerance = 2e-6): void {
  expect([actual.dtype, actual.dims], what).toEqual([expected.dtype, expected.shape]);
  Array.from(actual.dataSync(), Number).forEach((value, i) => {
    const wanted = expected.data[i] ?? Number.NaN;
    const off = Math.abs(value - wanted);
    expect(off, `${what}: element ${i} is ${value}, not ${wanted}`).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(wanted)),
    );
  });
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function make(one: Case): AdaptableLayer {
  const options = Object.fromEntries(Object.entries(one.args).map(([key, value]) => [camelCase(key), value]));
  const layer: unknown = Reflect.apply(layers[one.class], undefined, [options]);
  return layer as AdaptableLayer; // SAFETY: a layer of one of the classes
}

/** Builds, adapts, sets weights, and quantizes, as the fixtures' layers were. */
function quantized(one: Case): AdaptableLayer {
  const layer = make(one);
  layer.ensureBuilt([[null, ...one.shape]]);
  if (one.lora !== null) layer.enableLora(one.lora[0], one.lora[1]);
  layer.variables.forEach((variable, i) => variable.assign(toTensor(one.before[i] ?? one.x)));
  layer.quantize(...(one.config === null ? [one.mode] : [{ config: configOf(one) }]));
  return layer;
}

function configOf({ mode, config }: Case): quantizers.QuantizationConfig {
  const { blockSize = 128, activationQuantizer = null } = config ?? {};
  const inputs = activationQuantizer === null ? null : quantizers.AbsMaxQuantizer();
  return mode === "int4"
    ? quantizers.Int4QuantizationConfig({ blockSize, activationQuantizer: inputs })
    : quantizers.Int8QuantizationConfig({ activationQuantizer: inputs });
}

const nameOf = ({ class: name, args, mode, config, lora }: Case): string =>
  [
    name,
    mode,
    args["equation"],
    args["tie_weights"] === false ? "untied" : undefined,
    config === null ? undefined : JSON.stringify(config),
    lora === null ? undefined : `with a part of rank ${lora[0]}`,
  ]
    .filter((word) => word !== undefined)
    .join(" ");

describe.each(["reference", "wasm"])(
  "layers that are quantized, on %s, are what Keras makes of them",
  (backend) => {
    beforeAll(() => setBackend(backend));
    afterAll(() => setBackend("reference"));

    it.each(cases.map((one) => [nameOf(one), one] as const))("%s", (_, one) => {
      const layer = quantized(one);
      expect(layer.dtypePolicy.name).toBe(one.policy);
      expect(layer.variables.map(({ name, trainable }) => ({ name, trainable }))).toEqual(
        one.after.map(({ name, trainable }) => ({ name, trainable })),
      );
      one.after.forEach(({ name, value }, i) => {
        const variable = layer.variables[i];
        if (variable !== undefined) expectTensor(variable.value, value, name);
      });
      expectTensor(layer.invoke(toTensor(one.x)) as Tensor, one.y, "output", 1e-5); // SAFETY: tensors in, tensors out
      if (one.r !== undefined && one.ry !== undefined)
        expectTensor(layer.invoke(toTensor(one.r), { reverse: true }) as Tensor, one.ry, "way back", 1e-5); // SAFETY: as above
      const store: VariableStore = new Map();
      layer.saveOwnVariables(store);
      expect(store.size).toBe(one.stored.length);
      one.stored.forEach((value, i) => {
        const saved = toValue(store.get(String(i)) ?? 0) as Tensor; // SAFETY: no symbolic values are stored
        expectTensor(saved, value, `stored ${i}`);
      });
    });

    it.each(cases.map((one) => [nameOf(one), one] as const))("saved and loaded: %s", async (_, one) => {
      const layer = quantized(one);
      const dtype = one.x.dtype === "int32" ? "int32" : "float32";
      const inputs = Input({ shape: one.shape as Shape, dtype });
      const model = models.Model(inputs, layer.invoke(inputs));
      const again = await models.loadModel(modelToBytes(model));
      expect(again.layers[1]?.dtypePolicy.name).toBe(one.policy);
      const call = (of: typeof model): Tensor =>
        (of as unknown as LayerBase).invoke(toTensor(one.x)) as Tensor; // SAFETY: tensors in, tensors out
      const [ours, theirs] = [call(again), call(model)].map((y) => Array.from(y.dataSync(), Number));
      // A low-rank part is rounded when it is merged.
      const allowance = one.lora === null ? 1e-6 : one.mode === "int8" ? 0.05 : 0.7;
      ours?.forEach((y, i) => expect(Math.abs(y - (theirs?.[i] ?? Number.NaN))).toBeLessThan(allowance));
    });

    it("float8: training, scales and histories", async () => {
      const inputs = Input({ shape: [4] });
      const first = layers.Dense(3);
      const second = layers.EinsumDense("ab,bc->ac", 2, { biasAxes: "c" });
      const model = models.Model(inputs, second(first(inputs)));
      model.weights.forEach((weight, i) => weight.assign(toTensor(float8.before[i] ?? float8.predict)));
      const report = model.quantize("float8", { verbose: false });
      expect(report.numQuantized).toBe(2);
      model.compile({ optimizer: optimizers.Adam(0.1), loss: "mse" });
      for (const { x, y, loss } of float8.steps)
        expect(Number(await model.trainOnBatch(toTensor(x), toTensor(y)))).toBeCloseTo(loss, 4);
      expect(model.weights.map(({ name }) => name)).toEqual(float8.after.map(({ name }) => name));
      model.weights.forEach((weight, i) => {
        const expected = float8.after[i]?.value;
        const all = Array.from(weight.dataSync(), Number);
        const shown = all.length < 100 ? all : [...all.slice(0, 4), ...all.slice(-4)];
        shown.forEach((value, k) =>
          expect(value, `${weight.path} ${k}`).toBeCloseTo(expected?.data[k] ?? Number.NaN, 4),
        );
      });
      expectTensor(
        await model.predict(toTensor(float8.steps[0]?.x ?? float8.predict), { verbose: 0 }),
        float8.predict,
        "predict",
        1e-4,
      );
      expect(model.optimizer?.variables.length).toBe(float8.optimizerVariables);
      const again = await models.loadModel(modelToBytes(model));
      const x = toTensor(float8.steps[1]?.x ?? float8.predict);
      const [theirs, ours] = [await model.predict(x, { verbose: 0 }), await again.predict(x, { verbose: 0 })];
      expect(ours.dataSync()).toEqual(theirs.dataSync());
      const named = (of: LayerBase): object =>
        Object.fromEntries(of.weights.map((w) => [w.path.split("/").slice(-2).join("/"), w.dataSync()]));
      expect(named(again)).toEqual(named(model));
      utils.clearSession();
    });
  },
);

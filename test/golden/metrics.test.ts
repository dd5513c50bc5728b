import { beforeEach, describe, expect, it } from "vitest";
import { resetNames } from "../../src/graph/naming.ts";
import { CompiledFunction } from "../../src/graph/compiled-function.ts";
import type { DType } from "../../src/ir/dtypes.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import { Tensor } from "../../src/ops/core/tensor.ts";
import * as metrics from "../../src/metrics/index.ts";
import { MetricBase } from "../../src/metrics/metric.ts";
import { resolveMetric } from "../../src/metrics/choose.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { describeGolden, type GoldenTensor, hasGolden, readGolden } from "../support/golden.ts";
import { camelCase } from "../support/keras-api.ts";

type Options = Readonly<Record<string, unknown>>;

interface Case {
  readonly class: string;
  readonly ctor: Options;
  readonly data: string;
  readonly use_sample_weight: boolean;
  readonly name: string;
  readonly config: Options;
  readonly results: readonly GoldenTensor[];
  readonly variables: readonly {
    readonly name: string;
    readonly path: string;
    readonly value: GoldenTensor;
  }[];
  readonly result_after_reset: GoldenTensor;
}

interface Golden {
  readonly data: Readonly<Record<string, readonly (readonly (GoldenTensor | null)[])[]>>;
  readonly cases: readonly Case[];
  readonly functions: readonly {
    readonly fn: string;
    readonly data: string;
    readonly batch: number;
    readonly kwargs?: Options;
    readonly value: GoldenTensor;
  }[];
  readonly get: readonly {
    readonly identifier: string;
    readonly resolves_to?: string;
    readonly error?: unknown;
  }[];
}

const golden: Golden | null = hasGolden ? readGolden<Golden>("metrics.json") : null;
const near = tolerance("float32", "op");

const toTensor = ({ values, shape, dtype }: GoldenTensor): Tensor =>
  makeTensor(Float64Array.from(values), { shape, dtype: dtype as DType }); // SAFETY: the corpus's dtypes are ours
const isGolden = (value: unknown): value is GoldenTensor =>
  typeof value === "object" && value !== null && !Array.isArray(value) && "values" in value;
const camelKeys = (options: Options): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));

function make(name: string, options: Options): MetricBase {
  const cls: unknown = Reflect.get(metrics, name);
  if (typeof cls !== "function") throw new Error(`metrics.${name} does not exist`);
  return Reflect.construct(cls, [camelKeys(options)]) as MetricBase; // SAFETY: the classes make metrics
}

function expectResult(metric: MetricBase, expected: GoldenTensor, what: string): void {
  const result = metric.result();
  if (!(result instanceof Tensor)) throw new Error(`${what}: expected a tensor`);
  expect(result.shape, what).toEqual(expected.shape);
  expectClose(toNumbers(result.dataSync(), result.dtype), expected, near, what);
}

/** Configurations with tensors as nested numbers. */
const plain = (config: Options): Options =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      value instanceof Tensor
        ? Array.from(value.dataSync() as Float32Array)
        : isGolden(value)
          ? value.values.map(Math.fround)
          : value, // SAFETY: weights are floats
    ]),
  );

type Update = (batch: readonly Tensor[], weight: Tensor | null) => void;

function check(entry: Case, metric: MetricBase, update: Update): void {
  const batches = golden?.data[entry.data] ?? [];
  batches.forEach((batch, i) => {
    const tensors = batch.map((value) => (value === null ? null : toTensor(value)));
    const weight = tensors.at(-1) ?? null;
    update(
      tensors.slice(0, -1).flatMap((value) => value ?? []),
      entry.use_sample_weight ? weight : null,
    );
    const expected = entry.results[i];
    if (expected !== undefined) expectResult(metric, expected, `result ${i}`);
  });
  expect(metric.variables.map(({ name, path }) => ({ name, path }))).toEqual(
    entry.variables.map(({ name, path }) => ({ name, path })),
  );
  metric.variables.forEach((variable, i) => {
    const expected = entry.variables[i]?.value;
    if (expected === undefined) return;
    expect([variable.dtype, variable.shape]).toEqual([expected.dtype, expected.shape]);
    expectClose(toNumbers(variable.dataSync(), variable.dtype), expected, near, variable.path);
  });
  metric.resetState();
  expectResult(metric, entry.result_after_reset, "result after reset");
}

const eagerly =
  (metric: MetricBase): Update =>
  ([first, second], sampleWeight) => {
    if (first === undefined) throw new Error("no data");
    if (second === undefined) metric.updateState(first, { sampleWeight });
    else metric.updateState(first, second, { sampleWeight });
  };

/** Updates as part of a compiled step. */
function compiled(metric: MetricBase): Update {
  const update = eagerly(metric);
  return (batch, weight) => {
    const inputs = [...batch, ...(weight === null ? [] : [weight])];
    const step = new CompiledFunction((traced) => {
      const tensors = traced as readonly Tensor[]; // SAFETY: in the form of the inputs
      update(tensors.slice(0, batch.length), weight === null ? null : (tensors.at(-1) ?? null));
      return [];
    });
    step.runSync(inputs.map((x) => ({ data: x.dataSync(), shape: x.dims, dtype: x.dtype })));
  };
}

describeGolden("golden metrics", () => {
  beforeEach(() => resetNames());

  const cases = (golden?.cases ?? []).map((entry, i) => ({
    ...entry,
    id: `${i} ${entry.class} ${JSON.stringify(entry.ctor)} ${entry.data} ${entry.use_sample_weight ? "weighted" : ""}`,
  }));

  it.each(cases)("$id", (entry) => {
    const metric = make(entry.class, entry.ctor);
    expect(metric.name).toBe(entry.name);
    expect(plain(metric.getConfig())).toEqual(plain(camelKeys(entry.config)));
    expect(plain(make(entry.class, metric.getConfig()).getConfig())).toEqual(plain(metric.getConfig()));
    check(entry, metric, eagerly(metric));
  });

  it.each(cases)("compiled: $id", (entry) => {
    const metric = make(entry.class, entry.ctor);
    check(entry, metric, compiled(metric));
  });

  it.each(golden?.functions ?? [])("$fn", ({ fn, data, batch, kwargs, value }) => {
    const f: unknown = Reflect.get(metrics, camelCase(fn));
    if (typeof f !== "function") throw new Error(`metrics.${camelCase(fn)} does not exist`);
    const given = (golden?.data[data]?.[batch] ?? [])
      .slice(0, 2)
      .flatMap((tensor) => (tensor === null ? [] : [toTensor(tensor)]));
    const result = Reflect.apply(f, undefined, [
      ...given,
      ...(kwargs === undefined ? [] : [camelKeys(kwargs)]),
    ]) as Tensor; // SAFETY: tensors in, tensor out
    expect(result.shape).toEqual(value.shape);
    expectClose(toNumbers(result.dataSync(), result.dtype), value, near, fn);
  });

  it.each(golden?.get ?? [])("get $identifier", ({ identifier, resolves_to, error }) => {
    if (error !== undefined) {
      expect(() => metrics.get(identifier)).toThrow(/unknown metric/);
      return;
    }
    const found = metrics.get(identifier);
    expect(found instanceof MetricBase ? found.className : "").toBe(resolves_to);
  });
});

describe("metrics", () => {
  it("are chosen by shape for accuracy and crossentropy", () => {
    const classFor = (word: string, yTrue: readonly number[], yPred: readonly number[]): string => {
      const metric = resolveMetric(word, yTrue, yPred, metrics.get);
      expect(metric.name).toBe(word);
      return metric.className;
    };
    expect(classFor("accuracy", [8], [8, 10])).toBe("SparseCategoricalAccuracy");
    expect(classFor("acc", [8, 1], [8, 10])).toBe("SparseCategoricalAccuracy");
    expect(classFor("accuracy", [8, 1], [8, 1])).toBe("BinaryAccuracy");
    expect(classFor("accuracy", [8, 10], [8, 10])).toBe("CategoricalAccuracy");
    expect(classFor("ce", [8], [8, 10])).toBe("SparseCategoricalCrossentropy");
    expect(resolveMetric("mse", [8], [8, 1], metrics.get).name).toBe("mse");
  });

  it("can be made of functions, and written by users", () => {
    const wrapped = metrics.MeanMetricWrapper(metrics.huber, "mine", { delta: 0.5 });
    expect(wrapped([[0]], [[1]]).item()).toBeCloseTo(0.375);
    expect(wrapped.direction).toBe("down");
    class Largest extends metrics.Metric {
      readonly best = this.addVariable({ name: "best", initializer: "zeros" });
      override updateState(yTrue: Tensor): void {
        this.best.assign(yTrue.dataSync().length);
      }
      override result(): Tensor {
        return this.best.value;
      }
    }
    const metric = new Largest();
    metric.updateState(makeTensor([1, 2, 3]));
    expect(metric.result().item()).toBe(3);
    expect(metric.variables.map(({ path }) => path)).toEqual(["largest/best"]);
  });

  it("say what is wrong", () => {
    expect(() => metrics.Precision({ thresholds: 2 })).toThrow(/thresholds` in \[0, 1\]/);
    expect(() => metrics.IoU(2, [2])).toThrow(/targetClassIds/);
    expect(() => metrics.F1Score()([1, 2], [1, 2])).toThrow(/\[batch, classes\]/);
    expect(() => metrics.get("acuracy")).toThrow(/Did you mean "accuracy"/i);
  });
});

import { expect, it } from "vitest";
import { setMask } from "../../src/graph/masks.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { vjp } from "../../src/ops/gradient.ts";
import { LossBase } from "../../src/losses/loss.ts";
import * as losses from "../../src/losses/index.ts";
import { nameOf } from "../../src/losses/choose.ts";
import { get } from "../../src/losses/registry.ts";
import { cast } from "../../src/ops/cast.ts";
import type { DType } from "../../src/ir/dtypes.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { describeGolden, type GoldenTensor, hasGolden, readGolden } from "../support/golden.ts";
import { camelCase } from "../support/keras-api.ts";

interface Run {
  readonly reduction: string;
  readonly sample_weight?: GoldenTensor | null;
  readonly value?: GoldenTensor;
  readonly grad_y_pred?: GoldenTensor;
  readonly y_pred_mask?: GoldenTensor;
  readonly error?: unknown;
}

interface ClassCase {
  readonly class: string;
  readonly ctor: Readonly<Record<string, unknown>>;
  readonly data: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly runs: readonly Run[];
}

interface Golden {
  readonly data: Readonly<Record<string, { readonly y_true: GoldenTensor; readonly y_pred: GoldenTensor }>>;
  readonly classes: Readonly<Record<string, readonly ClassCase[]>>;
  readonly functions: readonly {
    readonly fn: string;
    readonly data: string;
    readonly kwargs: Readonly<Record<string, unknown>>;
    readonly value: GoldenTensor;
  }[];
  readonly get: readonly {
    readonly identifier: string;
    readonly resolves_to?: string;
    readonly kind?: string;
    readonly error?: unknown;
  }[];
}

type Loss = LossBase & ((yTrue: Tensor, yPred: Tensor, options?: object) => Tensor);

const golden: Golden | null = hasGolden ? readGolden<Golden>("losses.json") : null;
const cases = Object.values(golden?.classes ?? {}).flat();

const toTensor = ({ values, shape, dtype }: GoldenTensor): Tensor =>
  makeTensor(Float64Array.from(values), { shape, dtype: dtype as DType }); // SAFETY: the corpus's dtypes are ours
const camelKeys = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));

function data(name: string): { readonly yTrue: Tensor; readonly yPred: Tensor } {
  const found = golden?.data[name];
  if (found === undefined) throw new Error(`no data ${name}`);
  return { yTrue: toTensor(found.y_true), yPred: toTensor(found.y_pred) };
}

function make(name: string, options: Readonly<Record<string, unknown>>): Loss {
  const cls: unknown = Reflect.get(losses, name);
  if (typeof cls !== "function") throw new Error(`losses.${name} does not exist`);
  return Reflect.construct(cls, [camelKeys(options)]) as Loss; // SAFETY: the classes make losses
}

function expectTensor(actual: Tensor, expected: GoldenTensor, what: string, kind: "op" | "grad"): void {
  expect(actual.shape, what).toEqual(expected.shape);
  expectClose(actual.dataSync() as Float32Array, expected, tolerance("float32", kind), what); // SAFETY: losses are floats
}

/** Messages of PyTorch about its own in-place arithmetic: shapes that Keras's other backends, and Antler, accept. */
const torchOnly = /output with shape|must be contiguous/;

/** The loss, or where Keras refuses the shapes an error. */
function check(
  run: Run,
  loss: Loss,
  { yTrue, yPred }: { readonly yTrue: Tensor; readonly yPred: Tensor },
): void {
  const weights = run.sample_weight ?? null;
  const what = `${String(loss)} ${run.reduction} ${weights === null ? "" : `weights [${weights.shape.join()}]`}${run.y_pred_mask === undefined ? "" : " masked"}`;
  const mask = run.y_pred_mask === undefined ? null : (cast(toTensor(run.y_pred_mask), "bool") as Tensor); // SAFETY: tensor in, tensor out
  const options = { sampleWeight: weights === null ? null : toTensor(weights) };
  const compute = (prediction: Tensor): Tensor => {
    setMask(prediction, mask);
    return loss(yTrue, prediction, options);
  };
  if (run.error !== undefined || run.value === undefined) {
    if (torchOnly.test(JSON.stringify(run.error))) return;
    expect(() => compute(yPred), what).toThrow();
    return;
  }
  expectTensor(compute(yPred), run.value, what, "op");
  if (run.grad_y_pred === undefined) return;
  const ones = makeTensor(new Float32Array(run.value.values.length).fill(1), { shape: run.value.shape });
  const [gradient] = vjp((prediction) => compute(prediction as Tensor), [yPred], [ones])
    .gradients as Tensor[]; // SAFETY: one tensor in, one out
  if (gradient === undefined) throw new Error(`${what}: no gradient`);
  expectTensor(gradient, run.grad_y_pred, `gradient of ${what}`, "grad");
}

describeGolden("golden losses", () => {
  it.each(
    cases.map((entry, i) => ({
      ...entry,
      id: `${i} ${entry.class} ${JSON.stringify(entry.ctor)} ${entry.data}`,
    })),
  )("$id", (entry) => {
    const given = data(entry.data);
    const loss = make(entry.class, entry.ctor);
    expect(loss.getConfig()).toEqual(camelKeys(entry.config));
    expect(make(entry.class, loss.getConfig()).getConfig()).toEqual(loss.getConfig());
    for (const run of entry.runs)
      check(run, make(entry.class, { ...entry.ctor, reduction: run.reduction }), given);
  });

  it.each(golden?.functions ?? [])("$fn $kwargs", ({ fn, data: name, kwargs, value }) => {
    const f: unknown = Reflect.get(losses, camelCase(fn));
    if (typeof f !== "function") throw new Error(`losses.${camelCase(fn)} does not exist`);
    const { yTrue, yPred } = data(name);
    const rest = Object.keys(kwargs).length === 0 ? [] : [camelKeys(kwargs)];
    expectTensor(Reflect.apply(f, undefined, [yTrue, yPred, ...rest]) as Tensor, value, fn, "op"); // SAFETY: tensors in, tensor out
  });

  it.each(golden?.get ?? [])("get $identifier", ({ identifier, resolves_to, kind, error }) => {
    if (error !== undefined) {
      expect(() => get(identifier)).toThrow(/unknown loss/);
      return;
    }
    const found = get(identifier);
    expect(found instanceof LossBase ? "instance" : "function").toBe(kind);
    expect(found instanceof LossBase ? found.className : nameOf(found)).toBe(resolves_to);
  });
});

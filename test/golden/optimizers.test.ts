import { beforeEach, describe, expect, it } from "vitest";
import { resetNames } from "../../src/graph/naming.ts";
import { Variable } from "../../src/graph/variable.ts";
import type { DType } from "../../src/ir/dtypes.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import { maximum, multiply } from "../../src/ops/arithmetic.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import { sign } from "../../src/ops/unary-math.ts";
import * as optimizers from "../../src/optimizers/index.ts";
import type { OptimizerBase } from "../../src/optimizers/optimizer.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { describeGolden, type GoldenTensor, hasGolden, readGolden } from "../support/golden.ts";
import { camelCase } from "../support/keras-api.ts";

type Options = Readonly<Record<string, unknown>>;
type Params = { readonly kernel: GoldenTensor; readonly bias: GoldenTensor };

interface Case {
  readonly class: string;
  readonly name: string;
  readonly ctor: Options;
  readonly config: Options;
  readonly variables: readonly {
    readonly name: string;
    readonly path: string;
    readonly shape: readonly number[];
    readonly dtype: string;
    readonly initial: GoldenTensor;
  }[];
  readonly steps: readonly Params[];
  readonly final_variables: readonly GoldenTensor[];
  readonly iterations: number;
  readonly after_finalize?: Params;
  readonly exclude_from_weight_decay?: { readonly var_names: readonly string[] };
}

interface Golden {
  readonly params: Params;
  readonly grads: readonly Params[];
  readonly cases: readonly Case[];
  readonly get: readonly {
    readonly identifier: string | { readonly class_name: string; readonly config: Options };
    readonly class?: string;
    readonly config?: Options;
    readonly error?: unknown;
  }[];
}

const golden: Golden | null = hasGolden ? readGolden<Golden>("optimizers.json") : null;
const near = tolerance("float32", "op");

const toTensor = ({ values, shape, dtype }: GoldenTensor): ReturnType<typeof makeTensor> =>
  makeTensor(Float64Array.from(values), { shape, dtype: dtype as DType }); // SAFETY: the corpus's dtypes are ours
const numbers = (variable: Variable): number[] => Array.from(toNumbers(variable.dataSync(), variable.dtype));
const camelKeys = (options: Options): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));

/** A constructor call in the corpus's words: `ExponentialDecay(0.1, decay_steps=2, decay_rate=0.5)`. */
function construct(text: string): unknown {
  const [, name = "", list = ""] = /^(\w+)\((.*)\)$/.exec(text) ?? [];
  const cls: unknown = Reflect.get({ ...optimizers.schedules, ...optimizers }, name);
  if (typeof cls !== "function") throw new Error(`${name} does not exist`);
  const args = list.split(",").map((part) => part.trim().split("="));
  const named = Object.fromEntries(
    args
      .filter(([, value]) => value !== undefined)
      .map(([key = "", value]) => [camelCase(key), Number(value)]),
  );
  const positional = args.filter(([, value]) => value === undefined).map(([value]) => Number(value));
  return Reflect.construct(
    cls,
    Object.keys(named).length === 0 ? positional : [...positional, named],
  ) as unknown;
}

function make(entry: Case): OptimizerBase {
  if (entry.class === "MultiOptimizer") {
    const inner = Object.fromEntries(
      Object.entries(entry.ctor).map(([key, text]) => [key, construct(String(text)) as OptimizerBase]),
    ); // SAFETY: the corpus names optimizers
    const { default: fallback, ...map } = inner;
    if (fallback === undefined) throw new Error("no default optimizer");
    return optimizers.MultiOptimizer(optimizers.OptimizerMap(fallback, map));
  }
  const options = camelKeys(entry.ctor);
  if (typeof options["learningRate"] === "string")
    options["learningRate"] = construct(options["learningRate"]);
  return optimizers.get({ className: entry.class, config: options });
}

/** The configuration with nested objects as the corpus has them. */
function plainConfig(value: unknown): unknown {
  if (typeof value === "object" && value !== null && "class_name" in value && "config" in value)
    return camelKeys(value.config as Options); // SAFETY: the form of Keras's objects
  if (
    (typeof value === "function" || typeof value === "object") &&
    value !== null &&
    "getConfig" in value &&
    typeof value.getConfig === "function"
  )
    return value.getConfig();
  return value;
}

function expectConfig(actual: Options, expected: Options): void {
  const plain = (config: Options): Options =>
    Object.fromEntries(Object.entries(config).map(([key, value]) => [key, plainConfig(value)]));
  expect(plain(actual)).toEqual(plain(camelKeys(expected)));
}

const variablesOf = (params: Params): { readonly kernel: Variable; readonly bias: Variable } => ({
  kernel: new Variable(toTensor(params.kernel), { name: "kernel" }),
  bias: new Variable(toTensor(params.bias), { name: "bias" }),
});

function check(entry: Case, { params, grads }: Golden): void {
  const { kernel, bias } = variablesOf(params);
  const optimizer = make(entry);
  if (entry.exclude_from_weight_decay !== undefined)
    optimizer.excludeFromWeightDecay({ varNames: entry.exclude_from_weight_decay.var_names });
  if (entry.class !== "MultiOptimizer") expectConfig(optimizer.getConfig(), entry.config);
  optimizer.build([kernel, bias]);
  expect(optimizer.variables.map(({ name, path, shape, dtype }) => ({ name, path, shape, dtype }))).toEqual(
    entry.variables.map(({ name, path, shape, dtype }) => ({ name, path, shape, dtype })),
  );
  optimizer.variables.forEach((variable, i) =>
    expectClose(numbers(variable), entry.variables[i]?.initial ?? [], near, variable.path),
  );
  entry.steps.forEach((expected, i) => {
    const gradients = grads[i % grads.length];
    if (gradients === undefined) throw new Error("no gradients");
    optimizer.apply([toTensor(gradients.kernel), toTensor(gradients.bias)], [kernel, bias]);
    expectClose(numbers(kernel), expected.kernel, near, `kernel after step ${i}`);
    expectClose(numbers(bias), expected.bias, near, `bias after step ${i}`);
  });
  optimizer.variables.forEach((variable, i) =>
    expectClose(numbers(variable), entry.final_variables[i] ?? [], near, variable.path),
  );
  const { iterations } = optimizer;
  expect(iterations instanceof Variable ? iterations.value.item() : iterations.item()).toBe(entry.iterations);
  if (entry.after_finalize === undefined) return;
  optimizer.finalizeVariableValues([kernel, bias]);
  expectClose(numbers(kernel), entry.after_finalize.kernel, near, "kernel at the end");
  expectClose(numbers(bias), entry.after_finalize.bias, near, "bias at the end");
}

describeGolden("golden optimizers", () => {
  beforeEach(() => resetNames());

  it.each((golden?.cases ?? []).map((entry) => ({ ...entry, id: `${entry.class} ${entry.name}` })))(
    "$id",
    (entry) => {
      if (golden !== null) check(entry, golden);
    },
  );

  it("LossScaleOptimizer", () => {
    const { differs } = readGolden<{
      readonly differs: readonly {
        readonly case?: string;
        readonly numpy: { readonly steps: readonly Params[] };
      }[];
    }>("numpy_backend.json");
    const steps = differs.find((entry) => entry.case === "LossScaleOptimizer/adam")?.numpy.steps;
    if (golden === null || steps === undefined) throw new Error("no case LossScaleOptimizer/adam");
    const { kernel, bias } = variablesOf(golden.params);
    const optimizer = optimizers.LossScaleOptimizer(optimizers.Adam(0.1), {
      initialScale: 8,
      dynamicGrowthSteps: 2,
    });
    steps.forEach((expected, i) => {
      const gradients = golden.grads[i];
      if (gradients === undefined) throw new Error("no gradients");
      optimizer.apply([toTensor(gradients.kernel), toTensor(gradients.bias)], [kernel, bias]);
      expectClose(numbers(kernel), expected.kernel, near, `kernel after step ${i}`);
      expectClose(numbers(bias), expected.bias, near, `bias after step ${i}`);
    });
  });

  it.each(golden?.get ?? [])("get $identifier", ({ identifier, class: className, config, error }) => {
    const wanted =
      typeof identifier === "string"
        ? identifier
        : { className: identifier.class_name, config: camelKeys(identifier.config) };
    // Keras forgot to enter Lamb into its table of names.
    if (error !== undefined && identifier !== "lamb") {
      expect(() => optimizers.get(wanted)).toThrow(/unknown optimizer/);
      return;
    }
    const found = optimizers.get(wanted);
    expect(found.className).toBe(className ?? "Lamb");
    if (config !== undefined) expectConfig(found.getConfig(), config);
  });
});

describe("optimizers", () => {
  it("skip steps whose gradients overflow, and halve the loss scale", () => {
    const variable = new Variable([1, 2]);
    const optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(0.5), {
      initialScale: 8,
      dynamicGrowthSteps: 2,
    });
    const scale = (): number => optimizer.scaleLoss(makeTensor(1)).item();
    expect(scale()).toBe(8);
    optimizer.apply([makeTensor([8, 16])], [variable]);
    expect(numbers(variable)).toEqual([0.5, 1]);
    optimizer.apply([makeTensor([Infinity, 0])]);
    expect(numbers(variable)).toEqual([0.5, 1]);
    expect(scale()).toBe(4);
    optimizer.apply([makeTensor([4, 4])]);
    optimizer.apply([makeTensor([4, 4])]);
    expect(numbers(variable)).toEqual([-0.5, 0]);
    expect(scale()).toBe(8);
    expect(optimizer.innerOptimizer.steps.value.item()).toBe(3);
  });

  it("keep variables within their constraints", () => {
    const variable = new Variable([1, 2], { constraint: (value) => maximum(value, 0) });
    optimizers.SGD(1).apply([makeTensor([3, 1])], [variable]);
    expect(numbers(variable)).toEqual([0, 1]);
  });

  it("take a new learning rate from the next step on", () => {
    const variable = new Variable([1]);
    const optimizer = optimizers.SGD(1);
    optimizer.apply([[1]], [variable]);
    optimizer.learningRate = 0.5;
    optimizer.apply([[1]]);
    expect(numbers(variable)).toEqual([-0.5]);
  });

  it("leave variables without gradients alone", () => {
    const [a, b] = [new Variable([1]), new Variable([1])];
    optimizers.Adam(0.1).apply([[1], null], [a, b]);
    expect(numbers(a)[0]).toBeCloseTo(0.9);
    expect(numbers(b)).toEqual([1]);
  });

  it("say what is wrong", () => {
    expect(() => Reflect.apply(optimizers.Adam, undefined, [{ learningRat: 1 }])).toThrow(
      /unknown option `learningRat`.*Did you mean `learningRate`/,
    );
    expect(() => optimizers.SGD({ clipnorm: 1, clipvalue: 1 })).toThrow(/at most one of/);
    expect(() => optimizers.SGD({ gradientAccumulationSteps: 1 })).toThrow(/gradientAccumulationSteps/);
    const optimizer = optimizers.SGD(1);
    expect(() => optimizer.apply([[1]])).toThrow(/Call build/);
    optimizer.build([new Variable([1])]);
    expect(() => optimizer.apply([[1]], [new Variable([1])])).toThrow(/was not built for/);
  });

  it("can be written by users", () => {
    class SignSGD extends optimizers.Optimizer {
      override updateStep(
        gradient: ReturnType<typeof makeTensor>,
        variable: Variable,
        learningRate: ReturnType<typeof makeTensor>,
      ): void {
        variable.assignSub(multiply(learningRate, sign(gradient)));
      }
    }
    const variable = new Variable([1, 1]);
    const optimizer = new SignSGD({ learningRate: 0.25 });
    optimizer.apply([[3, -2]], [variable]);
    expect(numbers(variable)).toEqual([0.75, 1.25]);
    expect(optimizer.name).toMatch(/^sign_sgd/);
  });
});

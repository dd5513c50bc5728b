import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { getBackend } from "../../src/backend/index.ts";
import { Variable } from "../../src/graph/variable.ts";
import { Layer } from "../../src/graph/layer.ts";
import { Conv2D, Dense, Flatten, Input } from "../../src/layers/index.ts";
import { Mean } from "../../src/metrics/index.ts";
import { Model } from "../../src/models/model.ts";
import { Adam, SGD } from "../../src/optimizers/index.ts";
import * as ops from "../../src/ops/index.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import { grad, valueAndGrad } from "../../src/training/gradient.ts";
import type { StepData, StepLogs } from "../../src/training/trainable.ts";
import { DTypeError } from "../../src/util/errors.ts";
import { setGlobalSeed } from "../../src/util/seed.ts";

const x = makeTensor(
  Array.from({ length: 32 }, (_, i) => [Math.sin(i), Math.cos(i * 2), Math.sin(i * 3 + 1)]),
);
const y = makeTensor(Array.from({ length: 32 }, (_, i) => [Math.sin(i) - 2 * Math.cos(i * 2) + 0.5]));

/** Trains by a step of its own, with a metric of its own. */
class OwnStep extends Model {
  readonly inner = Dense(1);
  readonly tracker = new Mean({ name: "own_loss" });

  override call(inputs: Tensor): unknown {
    return this.inner(inputs);
  }

  override trainStep({ x: inputs, y: targets }: StepData): StepLogs {
    this.inner(inputs);
    const variables = this.trainableVariables;
    const { value, gradients } = valueAndGrad(
      () => ops.mean(ops.square(ops.subtract(this.inner(inputs) as Tensor, targets ?? 0))) as Tensor,
      variables,
    );
    this.optimizer?.apply(gradients, variables);
    this.tracker.updateState(value);
    return { own_loss: this.tracker.result() };
  }
}

describe("custom steps", () => {
  it("train by valueAndGrad inside the compiled step", async () => {
    setGlobalSeed(3);
    const model = new OwnStep();
    model.compile({ optimizer: new SGD(0.2) });
    const { history } = await model.fit(x, y, { epochs: 30, batchSize: 8, verbose: 0 });
    expect(Object.keys(history)).toEqual(["own_loss"]);
    expect(history["own_loss"]?.[0]).toBeGreaterThan(0.3);
    expect(history["own_loss"]?.at(-1)).toBeLessThan(1e-3);
    expect(model.metrics.map(({ name }) => name)).toEqual(["loss", "own_loss"]);
  });

  it("train two parts by two optimizers, as adversaries do", async () => {
    setGlobalSeed(4);
    class Pair extends Model {
      readonly a = Dense(1);
      readonly b = Dense(1);
      readonly second = new Adam(0.05);

      override call(inputs: Tensor): unknown {
        return ops.add(this.a(inputs) as Tensor, this.b(inputs) as Tensor);
      }

      override trainStep({ x: inputs, y: targets }: StepData): StepLogs {
        const loss = (): Tensor =>
          ops.mean(ops.square(ops.subtract(this.call(inputs) as Tensor, targets ?? 0))) as Tensor;
        this.call(inputs);
        const first = valueAndGrad(loss, this.a.trainableVariables);
        this.optimizer?.apply(first.gradients, this.a.trainableVariables);
        const second = valueAndGrad(loss, this.b.trainableVariables);
        this.second.apply(second.gradients, this.b.trainableVariables);
        return { before: first.value, between: second.value };
      }
    }
    const model = new Pair();
    model.compile({ optimizer: new SGD(0.1) });
    const { history } = await model.fit(x, y, { epochs: 3, batchSize: 32, shuffle: false, verbose: 0 });
    // The second loss sees what the first update changed.
    for (let epoch = 0; epoch < 3; epoch++)
      expect(history["between"]?.[epoch] ?? 0).toBeLessThan(history["before"]?.[epoch] ?? 0);
  });

  it("override the loss alone", async () => {
    setGlobalSeed(5);
    class Absolute extends OwnStep {
      override trainStep(data: StepData): StepLogs {
        return Model.prototype.trainStep.call(this, data);
      }

      override computeLoss({
        y: targets,
        yPred,
      }: {
        readonly y?: Tensor | undefined;
        readonly yPred: Tensor;
      }): Tensor {
        return ops.mean(ops.abs(ops.subtract(yPred, targets ?? 0))) as Tensor;
      }
    }
    const model = new Absolute();
    model.compile({ optimizer: new Adam(0.05) });
    const { history } = await model.fit(x, y, { epochs: 40, batchSize: 8, verbose: 0 });
    expect(history["loss"]?.at(-1)).toBeLessThan(0.2);
  });
});

describe("gradients of variables", () => {
  it("are computed at once outside of steps", () => {
    const v = new Variable([1, 2, 3]);
    const unused = new Variable([1]);
    const { value, gradients } = valueAndGrad(() => ops.sum(ops.square(v)) as Tensor, [v, unused]);
    expect(value.item()).toBe(14);
    expect(gradients[0]?.arraySync()).toEqual([2, 4, 6]);
    expect(gradients[1]).toBeNull();
  });

  it("may look at values on the way, also when they are computed at once", () => {
    const v = new Variable([1, 2, 3]);
    const compile = vi.spyOn(getBackend(), "compile");
    const seen: number[] = [];
    const perRun: number[] = [];
    for (const factor of [2, 3, 4]) {
      const before = compile.mock.calls.length;
      const { gradients } = valueAndGrad(() => {
        const scaled = ops.multiply(v, makeTensor(factor));
        const largest = ops.max(scaled).item();
        seen.push(largest, ops.sum(scaled).item());
        return ops.sum(largest > 100 ? v : scaled);
      }, [v]);
      perRun.push(compile.mock.calls.length - before);
      expect(gradients[0]?.arraySync()).toEqual([factor, factor, factor]);
    }
    expect(seen).toEqual([6, 12, 9, 18, 12, 24]);
    // A tensor that holds one number is data as well: another one needs no other program.
    expect(perRun.slice(1)).toEqual([0, 0]);
    compile.mockRestore();
  });

  it("may give other values beside the scalar, which are no part of it otherwise", () => {
    const v = new Variable([1, 2]);
    const seen = { inside: null as Tensor | null };
    const { value, gradients, aux } = valueAndGrad(() => {
      const squares = ops.square(v);
      seen.inside = squares;
      return [ops.sum(squares), { squares, nested: [ops.add(v, 1), makeTensor([5])], label: "a" }];
    }, [v]);
    expect([value.item(), gradients[0]?.arraySync()]).toEqual([5, [2, 4]]);
    v.assign([7, 7]);
    expect(aux.squares.arraySync()).toEqual([1, 4]);
    expect(aux.nested.map((one) => one.arraySync())).toEqual([[2, 3], [5]]);
    expect(aux.label).toBe("a");
    expect(() => seen.inside?.arraySync()).toThrow(/computation that has ended.*aux/);
    expect(() => ops.add(seen.inside ?? 0, 1)).toThrow(/computation that has ended.*aux/);
  });

  it("want a scalar", () => {
    const v = new Variable([1, 2]);
    expect(() => valueAndGrad(() => ops.square(v) as Tensor, [v])).toThrow(
      /expected a scalar, received shape \[2\]/,
    );
  });
});

describe("runEagerly", () => {
  it("lets code inside a step see values, and trains the same", async () => {
    const seen: number[] = [];
    class Peek extends Layer {
      override call(inputs: Tensor): unknown {
        if (inputs.hasElements) seen.push(ops.sum(ops.abs(inputs)).item());
        return inputs;
      }
    }
    const run = async (runEagerly: boolean): Promise<number[]> => {
      setGlobalSeed(6);
      const inputs = Input({ shape: [3] });
      const model = Model({
        inputs,
        outputs: Dense(1)(new Peek()(Dense(4, { activation: "tanh" })(inputs))),
      });
      model.compile({ optimizer: new SGD(0.1), loss: "mse", runEagerly });
      const { history } = await model.fit(x, y, { epochs: 2, batchSize: 16, verbose: 0, shuffle: false });
      return history["loss"] ?? [];
    };
    const compiled = await run(false);
    expect(seen).toEqual([]);
    expect(await run(true)).toEqual(compiled);
    expect(seen.length).toBe(4);
    expect(new Set(seen).size).toBe(4);
    expect(seen.every((value) => value > 0)).toBe(true);
  });
});

describe("a training loop of one's own", () => {
  it("compiles its program once, whatever the data", async () => {
    setGlobalSeed(8);
    const inputs = Input({ shape: [3] });
    const model = Model({ inputs, outputs: Dense(1)(Dense(8, { activation: "tanh" })(inputs)) });
    const optimizer = new Adam(0.05);
    const compile = vi.spyOn(getBackend(), "compile");
    const losses: number[] = [];
    let compiled = 0;
    for (let i = 0; i < 30; i++) {
      const batch = [0, 1].map((part) =>
        ops.getItem(part === 0 ? x : y, [`${(i % 4) * 8}:${(i % 4) * 8 + 8}`]),
      );
      const before = compile.mock.calls.length;
      const { value, gradients } = valueAndGrad(
        () =>
          ops.mean(
            ops.square(ops.subtract(model(batch[0] as never) as Tensor, batch[1] as Tensor)),
          ) as Tensor,
        model.trainableVariables,
      );
      if (i > 0) compiled += compile.mock.calls.length - before;
      optimizer.apply(gradients, model.trainableVariables);
      losses.push(value.item());
    }
    compile.mockRestore();
    expect(compiled).toBe(0);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 4);
  });

  it("tells programs apart that differ in constants alone", () => {
    const v = new Variable([1, 2]);
    const scaled = (factor: number): number =>
      valueAndGrad(() => ops.sum(ops.multiply(v, factor)) as Tensor, [v]).value.item();
    expect([scaled(2), scaled(3), scaled(2)]).toEqual([6, 9, 6]);
    const with3 = (other: readonly number[]): number =>
      valueAndGrad(() => ops.sum(ops.multiply(v, makeTensor(other))) as Tensor, [v]).value.item();
    expect([with3([1, 1]), with3([1, 0]), with3([0, 1])]).toEqual([3, 1, 2]);
  });

  it("assigns variables that it changes", () => {
    const v = new Variable([1, 2]);
    const count = new Variable(0);
    for (let i = 0; i < 3; i++) {
      valueAndGrad(() => {
        count.assignAdd(1);
        return ops.sum(v) as Tensor;
      }, [v]);
    }
    expect(count.value.item()).toBe(3);
  });
});

describe("a step that updates the compiled metrics itself", () => {
  it("finds them in model.metrics from the first batch on", async () => {
    setGlobalSeed(6);
    class Own extends Model {
      override trainStep({ x: given, y: targets = makeTensor(0) }: StepData): StepLogs {
        const variables = this.trainableVariables;
        const run = (): Tensor => this.invoke(given, { training: true }) as Tensor; // SAFETY: one output
        const { value, gradients } = valueAndGrad(
          () => this.computeLoss({ x: given, y: targets, yPred: run() }),
          variables,
        );
        this.optimizer?.apply(gradients, variables);
        for (const metric of this.metrics) {
          if (metric.name === "loss") metric.updateState(value);
          else metric.updateState(targets, run());
        }
        return Object.fromEntries(this.metrics.map((metric) => [metric.name, metric.result() as Tensor])); // SAFETY: one result
      }
    }
    const inputs = Input({ shape: [3] });
    const model = new Own(inputs, Dense(1)(inputs));
    model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
    const { history } = await model.fit(x, y, { epochs: 2, batchSize: 20, verbose: 0 });
    expect(Object.keys(history)).toEqual(["loss", "mae"]);
    const scores = await model.evaluate(x, y, { verbose: 0, returnDict: true });
    expect(scores["mae"]).toBeGreaterThan(0);
    expect(history["mae"]?.[1]).toBeLessThan(history["mae"]?.[0] ?? 0);
  });
});

describe("gradients with respect to tensors", () => {
  const cube = (v: Tensor): Tensor => ops.sum(ops.multiply(v, ops.square(v)));

  it("are those of what the function is given", () => {
    const point = makeTensor([1, 2, -3]);
    const { value, gradients } = valueAndGrad(cube, [point]);
    expect(value.item()).toBe(1 + 8 - 27);
    expect(gradients[0]?.arraySync()).toEqual([3, 12, 27]);
    expect(grad(cube, [makeTensor(2)])[0]?.item()).toBe(12);
  });

  it("may be part of what is differentiated again", () => {
    const second = grad((v) => ops.sum(grad(cube, [v])[0] ?? 0), [makeTensor([1, 2, -3])]);
    expect(second[0]?.arraySync()).toEqual([6, 12, -18]);
  });

  it("go through convolutions twice, as a penalty on gradients needs", () => {
    setGlobalSeed(5);
    const inputs = Input({ shape: [6, 6, 1] });
    const convolved = Conv2D(3, 3, { strides: 2, activation: "tanh" })(inputs);
    const critic = Model(inputs, Dense(1)(Flatten()(convolved)));
    const image = makeTensor(Array.from({ length: 36 }, (_, i) => Math.sin(i))).reshape([1, 6, 6, 1]);
    const penalty = (): Tensor => {
      const [slope] = grad((v) => ops.sum(critic(v)), [image]);
      return ops.square(ops.subtract(ops.sqrt(ops.sum(ops.square(slope ?? 0))), 1));
    };
    const [kernel] = critic.trainableVariables;
    if (kernel === undefined) throw new Error("a convolution has a kernel");
    const [slope] = grad(penalty, [kernel]);
    const start = kernel.value;
    const along = makeTensor(Array.from({ length: kernel.size }, (_, i) => Math.cos(i))).reshape([
      3, 3, 1, 3,
    ]);
    const at = (step: number): number => {
      kernel.assign(ops.add(start, ops.multiply(along, step)));
      return penalty().item();
    };
    const measured = (at(1e-2) - at(-1e-2)) / 2e-2;
    expect(Math.abs(measured)).toBeGreaterThan(0.1);
    expect(ops.sum(ops.multiply(slope ?? 0, along)).item() / measured).toBeCloseTo(1, 2);
  });

  it("are asked for in an array of variables and float tensors", () => {
    const wrong = (wrt: unknown) => (): unknown => valueAndGrad(() => makeTensor(1), wrt as never); // SAFETY: wrong on purpose
    expect(wrong(undefined)).toThrow(/expected, behind the function, an array.*received undefined/);
    expect(wrong([makeTensor([1], { dtype: "int32" })])).toThrow(/a tensor of dtype int32 among them/);
    expect(wrong([{}])).toThrow(DTypeError);
  });
});

describe("a model that only its own training step calls", () => {
  it("saves and loads weights once its layers are built", async () => {
    class Encoder extends Model {
      readonly dense = Dense(2);

      override trainStep({ x: inputs }: StepData): StepLogs {
        this.dense(inputs);
        const variables = this.dense.trainableVariables;
        const { value, gradients } = valueAndGrad(() => ops.mean(ops.square(this.dense(inputs))), variables);
        this.optimizer?.apply(gradients, variables);
        return { loss: value };
      }
    }
    const path = join(await mkdtemp(join(tmpdir(), "antler-steps-")), "own.weights.h5");
    const model = new Encoder();
    model.compile({ optimizer: "sgd" });
    await expect(model.saveWeights(path)).rejects.toThrow(/not built yet/);
    await model.fit(x, { verbose: 0 });
    await model.saveWeights(path);
    const other = new Encoder();
    other.compile({ optimizer: "sgd" });
    await other.fit(x, { verbose: 0 });
    await other.loadWeights(path);
    expect(other.dense.getWeights()[0]?.arraySync()).toEqual(model.dense.getWeights()[0]?.arraySync());
  });
});

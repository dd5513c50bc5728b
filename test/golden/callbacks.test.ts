import { beforeEach, expect, it } from "vitest";
import { Callback } from "../../src/callbacks/callback.ts";
import { ProgbarLogger } from "../../src/callbacks/index.ts";
import type { Logs } from "../../src/callbacks/logs.ts";
import { resetNames } from "../../src/graph/naming.ts";
import { SparseCategoricalCrossentropy } from "../../src/losses/index.ts";
import type { ModelClass } from "../../src/models/model.ts";
import { Adam } from "../../src/optimizers/index.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { describeGolden, type GoldenTensor, readGolden, readGoldenJson } from "../support/golden.ts";
import { toTensor } from "../support/golden-tensors.ts";
import { trainingModels } from "../support/training-models.ts";

interface OnBatchRun {
  readonly initial_weights: readonly { readonly value: GoldenTensor }[];
  readonly x: GoldenTensor;
  readonly y: GoldenTensor;
  readonly train_on_batch: readonly (readonly number[])[];
  readonly train_on_batch_dict: readonly Readonly<Record<string, number>>[];
  readonly test_on_batch: readonly Readonly<Record<string, number>>[];
  readonly test_after_reset_metrics: Readonly<Record<string, number>>;
}

const within = tolerance("float32", "epochs");

function mlp(): ModelClass {
  const make = trainingModels["mnist_mlp"];
  if (make === undefined) throw new Error("the model is missing");
  const model = make();
  model.compile({
    optimizer: new Adam(0.01),
    loss: SparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy"],
  });
  return model;
}

/** Writes down every hook that is called. */
class Recorder extends Callback {
  readonly events: [string, number | null, string[]][] = [];

  constructor() {
    super();
    const names = [
      "TrainBegin",
      "TrainEnd",
      "EpochBegin",
      "EpochEnd",
      "TrainBatchBegin",
      "TrainBatchEnd",
      "TestBegin",
      "TestEnd",
      "TestBatchBegin",
      "TestBatchEnd",
      "PredictBegin",
      "PredictEnd",
      "PredictBatchBegin",
      "PredictBatchEnd",
    ];
    for (const name of names) {
      const event = `on${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
      Object.defineProperty(this, `on${name}`, {
        value: (...args: readonly unknown[]) => {
          const logs = args.at(-1) as Logs; // SAFETY: logs come last
          this.events.push([event, args.length === 2 ? Number(args[0]) : null, Object.keys(logs).sort()]);
        },
      });
    }
  }
}

describeGolden("callbacks", () => {
  beforeEach(resetNames);

  it("are called in Keras's order", async () => {
    const { events } = readGoldenJson<{ readonly events: readonly unknown[] }>(
      "training/_callback_events.json",
    );
    const { x, y } = readGolden<OnBatchRun>("training/_train_on_batch.json");
    const model = mlp();
    const recorder = new Recorder();
    const options = { callbacks: [recorder], verbose: 0, batchSize: 32 } as const;
    await model.fit(toTensor(x), toTensor(y), {
      ...options,
      epochs: 2,
      batchSize: 16,
      validationSplit: 0.25,
    });
    await model.evaluate(toTensor(x), toTensor(y), options);
    await model.predict(toTensor(x), options);
    expect(recorder.events).toEqual(events);
  });

  it("print Keras's progress", async () => {
    const texts = readGoldenJson<Readonly<Record<string, string>>>("training/_progbar_text.json");
    const { x, y } = readGolden<OnBatchRun>("training/_train_on_batch.json");
    for (const verbose of [1, 2] as const) {
      let text = "";
      let now = 0;
      const host = {
        terminal: { write: (part: string) => void (text += part), isTty: true, columns: 80 },
        nowMs: () => (now += 2),
      };
      const model = mlp();
      const options = { verbose, batchSize: 16 };
      await model.fit(toTensor(x), toTensor(y), {
        ...options,
        epochs: 2,
        validationSplit: 0.2,
        callbacks: [new ProgbarLogger(host)],
      });
      await model.evaluate(toTensor(x), toTensor(y), {
        verbose,
        batchSize: 32,
        callbacks: [new ProgbarLogger(host)],
      });
      await model.predict(toTensor(x), { verbose, batchSize: 32, callbacks: [new ProgbarLogger(host)] });
      expect(outline(text)).toBe(outline(texts[`verbose=${verbose},interactive=True`] ?? ""));
    }
  });
});

/** Numbers and times differ between runs: what is around them must not. */
function outline(text: string): string {
  return text
    .replace(/\x08+/g, "\b")
    .replace(/\d+(ms|us|s)\/step/g, "T/step")
    .replace(/\d\.\d{4}(e[+-]\d\d)?/g, "N");
}

describeGolden("single batches", () => {
  beforeEach(resetNames);

  it("are trained and tested as Keras does", async () => {
    const run = readGolden<OnBatchRun>("training/_train_on_batch.json");
    const model = mlp();
    model.setWeights(run.initial_weights.map(({ value }) => toTensor(value)));
    const batch = (i: number): [Tensor, Tensor] => {
      const cut = ({ values, shape, dtype }: GoldenTensor): Tensor => {
        const row = shape.slice(1).reduce((a, b) => a * b, 1);
        return toTensor({
          values: values.slice(i * 10 * row, (i + 1) * 10 * row),
          shape: [10, ...shape.slice(1)],
          dtype,
        });
      };
      return [cut(run.x), cut(run.y)];
    };
    const near = (actual: unknown, expected: unknown, what: string): void =>
      expectClose(
        Object.values(actual as object).map(Number),
        Object.values(expected as object).map(Number),
        within,
        what,
      );
    const steps: (() => Promise<void>)[] = [];
    run.train_on_batch.forEach((expected, i) =>
      steps.push(async () => near(await model.trainOnBatch(...batch(i)), expected, `trainOnBatch ${i}`)),
    );
    run.train_on_batch_dict.forEach((expected, i) =>
      steps.push(async () =>
        near(
          await model.trainOnBatch(...batch(i + run.train_on_batch.length), { returnDict: true }),
          expected,
          `by name ${i}`,
        ),
      ),
    );
    for (const step of steps) await step();
    for (const [i, expected] of run.test_on_batch.entries())
      near(await model.testOnBatch(...batch(i), { returnDict: true }), expected, `testOnBatch ${i}`);
    model.resetMetrics();
    near(
      await model.testOnBatch(...batch(0), { returnDict: true }),
      run.test_after_reset_metrics,
      "after resetMetrics",
    );
  });
});

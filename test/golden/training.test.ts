import { beforeEach, describe, expect, it } from "vitest";
import { EarlyStopping, LearningRateScheduler, ReduceLROnPlateau } from "../../src/callbacks/index.ts";
import { Callback } from "../../src/callbacks/callback.ts";
import type { Logs } from "../../src/callbacks/logs.ts";
import { resetNames } from "../../src/graph/naming.ts";
import { Metric } from "../../src/metrics/index.ts";
import type { ModelClass } from "../../src/models/model.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import * as ops from "../../src/ops/index.ts";
import { deserializeKerasObject, loadModel } from "../../src/saving/index.ts";
import { expectClose, type Numbers, type Tolerance, tolerance } from "../support/close.ts";
import {
  describeGolden,
  goldenFiles,
  type GoldenTensor,
  readGolden,
  readGoldenBytes,
  readGoldenJson,
} from "../support/golden.ts";
import { camelKeys, isGoldenTensor, toTensor } from "../support/golden-tensors.ts";
import { trainingModels } from "../support/training-models.ts";

interface GoldenVariable {
  readonly path: string;
  readonly value: GoldenTensor;
}

interface GoldenRun {
  readonly model: string;
  readonly note: string | null;
  readonly initial_weights: readonly GoldenVariable[];
  readonly final_weights: readonly GoldenVariable[];
  readonly optimizer_variables: readonly GoldenVariable[];
  readonly compile_config: Readonly<Record<string, unknown>>;
  readonly x: unknown;
  readonly y: unknown;
  readonly x_eval?: unknown;
  readonly y_eval?: unknown;
  readonly sample_weight?: unknown;
  readonly validation_data?: unknown;
  readonly fit_args: Readonly<Record<string, unknown>>;
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly epoch: readonly number[];
  readonly batch_logs: readonly {
    readonly epoch: number;
    readonly batch: number;
    readonly logs: Readonly<Record<string, number>>;
  }[];
  readonly metrics_names: readonly string[];
  readonly evaluate_dict: Readonly<Record<string, number>>;
  readonly evaluate_list: number | readonly number[];
  readonly predict: unknown;
  readonly final_file?: string;
  readonly resume_1_epoch_history?: Readonly<Record<string, readonly number[]>>;
}

const within = tolerance("float32", "epochs");

/** Golden tensors in a structure as tensors. */
function toTensors(value: unknown): unknown {
  if (isGoldenTensor(value)) return toTensor(value);
  if (Array.isArray(value)) return value.map(toTensors);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, toTensors(child)]));
  return value;
}

/** The metric of the corpus's custom run: the sum of all absolute predictions. */
class MyMetric extends Metric {
  readonly total = this.addVariable({ name: "total" });

  override updateState(_yTrue: Tensor, yPred: Tensor): void {
    this.total.assignAdd(ops.sum(ops.abs(yPred)));
  }

  override result(): Tensor {
    return this.total.value;
  }
}

const customObjects: Readonly<Record<string, unknown>> = {
  my_loss: (yTrue: Tensor, yPred: Tensor) =>
    ops.mean(ops.power(ops.abs(ops.subtract(yTrue, yPred)), 1.5), -1),
};

function isObjectConfig(value: unknown): value is { readonly class_name: string; readonly config: unknown } {
  return typeof value === "object" && value !== null && "class_name" in value;
}

/** Objects of a compile configuration, nested as it is. */
function revive(value: unknown): unknown {
  if (isObjectConfig(value)) {
    if (value.class_name === "function") return customObjects["my_loss"];
    if (value.class_name === "MyMetric") return new MyMetric({ name: "my_metric" });
    return deserializeKerasObject(value);
  }
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, revive(child)]));
  return value;
}

function callbacksOf(note: string | null): Callback[] {
  if (note === null) return [];
  if (note.startsWith("EarlyStopping")) return [new EarlyStopping({ patience: 2, restoreBestWeights: true })];
  if (note.startsWith("ReduceLROnPlateau"))
    return [new ReduceLROnPlateau({ patience: 1, factor: 0.3, minDelta: 0.01 })];
  if (note.startsWith("LearningRateScheduler"))
    return [new LearningRateScheduler((epoch, rate) => (epoch === 0 ? rate : rate * 0.5))];
  return [];
}

class BatchLogs extends Callback {
  readonly seen: { epoch: number; batch: number; logs: Logs }[] = [];
  #epoch = 0;

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.seen.push({ epoch: this.#epoch, batch, logs: { ...logs } });
  }
}

/**
 * Biases before a batch normalization, and the means of what they are added to: their gradient is 0 but for rounding,
 * which Adam blows up to full steps.
 */
const roundingNoise: Readonly<Record<string, readonly string[]>> = {
  batchnorm: [
    "dense/bias",
    "dense_1/bias",
    "batch_normalization/moving_mean",
    "batch_normalization_1/moving_mean",
  ],
  subclassed: ["sub_mlp/dense/bias", "sub_mlp/batch_normalization/moving_mean"],
};

const numbersOf = (tensor: Tensor): Numbers => Array.from(tensor.dataSync(), Number);

function compare(
  what: string,
  actual: readonly { readonly path: string; readonly value: Tensor }[],
  expected: readonly GoldenVariable[],
  except: readonly string[] = [],
): void {
  expect(
    actual.map(({ value }) => value.shape),
    `${what}: shapes`,
  ).toEqual(expected.map(({ value }) => value.shape));
  expected.forEach(({ path, value }, i) => {
    const variable = actual[i];
    if (variable !== undefined && !except.includes(path))
      expectClose(numbersOf(variable.value), value.values, within, `${what} ${path}`);
  });
}

async function prepare(run: GoldenRun): Promise<ModelClass> {
  const make = trainingModels[run.model];
  if (make === undefined)
    throw new Error(`there is no model "${run.model}" in test/support/training-models.ts`);
  const model = make();
  if (!model.built) await model.predictOnBatch(toTensors(run.x));
  expect(model.weights.map(({ shape }) => shape)).toEqual(
    run.initial_weights.map(({ value }) => value.shape),
  );
  model.setWeights(run.initial_weights.map(({ value }) => toTensor(value)));
  const { jit_compile: _, ...config } = run.compile_config;
  model.compile(
    camelKeys(Object.fromEntries(Object.entries(config).map(([key, value]) => [key, revive(value)]))),
  );
  return model;
}

const runs = goldenFiles("training", ".json").filter((name) => !name.startsWith("_"));

describeGolden("whole training runs", () => {
  beforeEach(resetNames);

  describe.each(runs)("%s", (file) => {
    it("has Keras's history, weights, optimizer state, evaluation and predictions", async () => {
      const run = readGolden<GoldenRun>(`training/${file}`);
      const model = await prepare(run);
      const [x, y] = [toTensors(run.x), toTensors(run.y)];
      const options = fitOptions(run);
      const batches = new BatchLogs();
      const { history, epoch } = await model.fit(x, y, {
        ...options,
        callbacks: [...callbacksOf(run.note), batches],
        verbose: 0,
      });

      expect(epoch).toEqual(run.epoch);
      expect(Object.keys(history)).toEqual(Object.keys(run.history));
      for (const [name, values] of Object.entries(run.history))
        expectClose(history[name] ?? [], values, within, `history ${name}`);
      expect(batches.seen.map((entry) => [entry.epoch, entry.batch])).toEqual(
        run.batch_logs.map((entry) => [entry.epoch, entry.batch]),
      );
      run.batch_logs.forEach(({ logs }, i) => {
        const seen = batches.seen[i]?.logs ?? {};
        expect(Object.keys(seen)).toEqual(Object.keys(logs));
        expectClose(Object.values(seen).map(Number), Object.values(logs), within, `logs of batch ${i}`);
      });
      // What the noise has moved shows a little in predictions.
      const after = roundingNoise[run.model] === undefined ? within : { rtol: 4e-3, atol: 1e-3 };
      compare("weight", model.weights, run.final_weights, roundingNoise[run.model]);
      compare("optimizer variable", model.optimizer?.variables ?? [], run.optimizer_variables);
      expect(model.metricsNames).toEqual(run.metrics_names);

      const [xEval, yEval] = [toTensors(run.x_eval ?? run.x), toTensors(run.y_eval ?? run.y)];
      const batchSize = Number(run.fit_args["batch_size"] ?? 32);
      const weights = run.sample_weight === undefined ? {} : { sampleWeight: toTensors(run.sample_weight) };
      const evaluating = { ...weights, verbose: 0, batchSize } as const;
      const byName = await model.evaluate(xEval, yEval, { ...evaluating, returnDict: true });
      expect(Object.keys(byName)).toEqual(Object.keys(run.evaluate_dict));
      expectClose(Object.values(byName), Object.values(run.evaluate_dict), after, "evaluate, by name");
      expectClose(
        [await model.evaluate(xEval, yEval, evaluating)].flat(),
        [run.evaluate_list].flat(),
        after,
        "evaluate, in order",
      );
      comparePredictions(await model.predict(xEval, { verbose: 0, batchSize }), run.predict, after);

      if (run.resume_1_epoch_history !== undefined) {
        const more = await model.fit(x, y, { ...options, epochs: 1, initialEpoch: 0, verbose: 0 });
        for (const [name, values] of Object.entries(run.resume_1_epoch_history))
          expectClose(more.history[name] ?? [], values, after, `next epoch's ${name}`);
      }
    });
  });

  describe.each(runs.filter(isSaved))("%s", (file) => {
    it("goes on from Keras's file as Keras does", async () => {
      const run = readGolden<GoldenRun>(`training/${file}`);
      const model = await loadModel(readGoldenBytes(run.final_file ?? ""));
      compare("loaded weight", model.weights, run.final_weights);
      compare("loaded optimizer variable", model.optimizer?.variables ?? [], run.optimizer_variables);
      const { history } = await model.fit(toTensors(run.x), toTensors(run.y), {
        ...fitOptions(run),
        epochs: 1,
        initialEpoch: 0,
        verbose: 0,
      });
      expect(Object.keys(history)).toEqual(Object.keys(run.resume_1_epoch_history ?? {}));
      for (const [name, values] of Object.entries(run.resume_1_epoch_history ?? {}))
        expectClose(history[name] ?? [], values, within, `next epoch's ${name}`);
    });
  });
});

/** Runs that Keras saved and went on with; those with classes of their own need these to be loaded. */
function isSaved(file: string): boolean {
  const run = readGoldenJson<GoldenRun>(`training/${file}`);
  const own = ["custom_dense", "subclassed", "conv1d_custom_rnn"];
  return run.resume_1_epoch_history !== undefined && run.final_file !== undefined && !own.includes(run.model);
}

/** The arguments of `fit` in the run. */
function fitOptions(run: GoldenRun): Record<string, unknown> {
  const { class_weight: classWeight, ...fitArgs } = run.fit_args;
  const options = camelKeys(fitArgs);
  if (classWeight !== undefined) options["classWeight"] = classWeight;
  if (run.sample_weight !== undefined) options["sampleWeight"] = toTensors(run.sample_weight);
  if (run.validation_data !== undefined) options["validationData"] = toTensors(run.validation_data);
  return options;
}

function comparePredictions(actual: unknown, expected: unknown, within: Tolerance): void {
  if (isGoldenTensor(expected)) {
    const tensor = actual as Tensor; // SAFETY: where the golden run has a tensor, so has this
    expectClose(
      { values: Array.from(tensor.dataSync(), Number), shape: tensor.dims },
      expected,
      within,
      "predictions",
    );
    return;
  }
  for (const [key, child] of Object.entries(expected as object))
    comparePredictions((actual as Record<string, unknown>)[key], child, within); // SAFETY: both nested
}

import { CallbackList } from "../callbacks/callback-list.ts";
import type { CallbackModel } from "../callbacks/callback.ts";
import type { History } from "../callbacks/history.ts";
import type { Resumption, TrainingRun } from "../callbacks/training-run.ts";
import { type Logs, toLogs } from "../callbacks/logs.ts";
import { AntlerError, invariant, OptionError } from "../util/errors.ts";
import { maxEpochs } from "../util/run-limits.ts";
import type { BatchSource } from "./data/batch.ts";
import { sourceOf, sourceOfArrays, splitForValidation, toArrayData } from "./data/sources.ts";
import { isBatchIterable, isBatchList } from "./data/batch-iterables.ts";
import { runTest } from "./evaluate.ts";
import { Breather, runBatches } from "./loop.ts";
import { checkRunOptions, type FitOptions, optionNames } from "./options.ts";
import type { Trainer } from "./trainer.ts";

/** Trains a model for some epochs. @see Keras `Trainer.fit` */
export async function fit(
  trainer: Trainer,
  model: CallbackModel,
  x: unknown,
  y: unknown,
  options: FitOptions,
): Promise<History> {
  const where = `${trainer.model.where}: fit`;
  checkRunOptions(where, options, optionNames.fit);
  const compiled = trainer.compiled("fit");
  if (trainer.trainingRun !== null) {
    throw new AntlerError(
      `${where}: expected one fit of a model at a time, but one goes on. Await it first, or end it: by model.stopTraining = true, or the \`signal\` it was given.`,
    );
  }
  checkFrequency(where, options.validationFreq ?? 1);
  // Before anything is waited for: whoever calls next finds the model in training, and may stop it.
  trainer.stopTraining = false;
  trainer.restoredEpoch = null;
  const run = new Run();
  trainer.trainingRun = run;
  let sources: Sources | null = null;
  try {
    await compiled.builtIns.load();
    sources = await sourcesOf(trainer, x, y, options);
    return await runEpochs(trainer, model, run, sources, options);
  } finally {
    trainer.trainingRun = null;
    await sources?.train.close?.();
    await sources?.validation?.close?.();
  }
}

/** What goes on between the first epoch and the last. */
class Run implements TrainingRun {
  sources: TrainingRun["sources"] = [];
  callbacks: TrainingRun["callbacks"] = [];
  resumption: Resumption | null = null;
  /** What the last batch gave. */
  last: object = {};

  get logs(): Logs {
    return toLogs(this.last);
  }
}

async function runEpochs(
  trainer: Trainer,
  model: CallbackModel,
  run: Run,
  { train, validation }: Sources,
  options: FitOptions,
): Promise<History> {
  const { optimizer, stepsPerExecution } = trainer.compiled("fit");
  const { initialEpoch = 0, validationFreq = 1, signal, verbose = "auto" } = options;
  const epochs = Math.min(options.epochs ?? 1, maxEpochs() ?? Infinity);
  const callbacks = new CallbackList(options.callbacks ?? null, {
    addHistory: true,
    addProgbar: verbose !== 0,
    verbose,
    epochs,
    steps: train.numBatches,
    model,
  });
  const { history } = callbacks;
  invariant(history !== null, "fit records a history");
  trainer.history = history;
  run.sources = validation === null ? [train] : [train, validation];
  run.callbacks = callbacks.callbacks;
  const breather = new Breather(signal);
  let logs: Record<string, unknown> = {};
  await callbacks.onTrainBegin();
  let resumed = run.resumption;
  const wasStopped = resumed?.isStopped === true;
  if (wasStopped) trainer.stopTraining = true;
  const first = resumed?.epoch ?? trainer.restoredEpoch ?? initialEpoch;
  const isAtEnd = wasStopped && resumed?.batch === 0;
  for (let epoch = first; epoch < epochs && !isAtEnd; epoch++) {
    trainer.resetMetrics();
    await callbacks.onEpochBegin(epoch);
    const done = resumed?.batch ?? 0;
    run.last = resumed?.logs ?? {};
    let restoreMetrics = done > 0 ? (resumed?.restoreMetrics ?? null) : null;
    resumed = null;
    const steps = wasStopped
      ? done
      : await runBatches({
          source: train,
          stepsPerExecution,
          breather,
          done,
          run: (batch) => {
            const restore = restoreMetrics;
            restoreMetrics = null;
            if (restore === null) return trainer.run("train", { ...batch });
            return trainer.prepare("train", { ...batch }).then(() => {
              restore();
              return trainer.run("train", { ...batch });
            });
          },
          prepare: (batch) => trainer.prepareAhead("train", { ...batch }),
          onBegin: (step) => callbacks.onTrainBatchBegin(step),
          onEnd: (step, results) => {
            run.last = results.at(-1) ?? {};
            return callbacks.onTrainBatchEnd(step, run.last);
          },
          isStopped: () => trainer.stopTraining,
        });
    if (steps === 0) {
      trainer.stopTraining = true;
      break;
    }
    logs = run.logs;
    if (validation !== null && isDue(epoch + 1, validationFreq)) {
      const results = await runTest(trainer, validation, callbacks, breather);
      for (const [name, value] of Object.entries(toLogs(results))) logs[`val_${name}`] = value;
    }
    await callbacks.onEpochEnd(epoch, logs);
    if (trainer.stopTraining) break;
  }
  if (epochs > 0) optimizer?.finalizeVariableValues(trainer.model.trainableVariables);
  await callbacks.onTrainEnd(logs);
  return history;
}

interface Sources {
  readonly train: BatchSource;
  readonly validation: BatchSource | null;
}

async function sourcesOf(trainer: Trainer, x: unknown, y: unknown, options: FitOptions): Promise<Sources> {
  const { graph, where: name } = trainer.model;
  const where = `${name}: fit`;
  const { validationSplit = 0, validationData = null, sampleWeight, classWeight, shuffle = true } = options;
  const batchSize = options.batchSize ?? null;
  const common = { where, graph, batchSize, shuffle, steps: options.stepsPerEpoch ?? null };
  const test = {
    where: `${where} (validationData)`,
    graph,
    batchSize: options.validationBatchSize ?? batchSize,
    shuffle: false,
    steps: options.validationSteps ?? null,
  };
  if (shuffle !== true && shuffle !== false && shuffle !== "batch") {
    throw new OptionError(
      `${where}: expected \`shuffle\` to be true, false or "batch", received ${JSON.stringify(shuffle)}.`,
    );
  }
  const given = { x, y, sampleWeight, classWeight };
  if (validationSplit !== 0 && validationData === null) {
    const data = toArrayData(given, common);
    if (data === null)
      throw new OptionError(
        `${where}: \`validationSplit\` needs whole data in memory. Give \`validationData\` for iterables.`,
      );
    const parts = splitForValidation(where, data, validationSplit);
    return { train: sourceOfArrays(parts.train, common), validation: sourceOfArrays(parts.validation, test) };
  }
  const train = await sourceOf(given, common);
  if (validationData === null) return { train, validation: null };
  // Pairs of arrays are batches, but where the model has several inputs: its inputs and targets then.
  const isBatches =
    isBatchIterable(validationData) || (graph?.inputs.length === 1 && isBatchList(validationData));
  if (
    !isBatches &&
    Array.isArray(validationData) &&
    validationData.length >= 1 &&
    validationData.length <= 3 &&
    !isBatchIterable(validationData[0])
  ) {
    const [valX, valY, valWeight]: readonly unknown[] = validationData;
    return { train, validation: await sourceOf({ x: valX, y: valY, sampleWeight: valWeight }, test) };
  }
  return {
    train,
    validation: await sourceOf(
      { x: validationData },
      isBatches ? { ...test, batchSize: options.validationBatchSize ?? null } : test,
    ),
  };
}

function isDue(epoch: number, frequency: number | readonly number[]): boolean {
  return typeof frequency === "number" ? epoch % frequency === 0 : frequency.includes(epoch);
}

function checkFrequency(where: string, frequency: number | readonly number[]): void {
  const isGood = Array.isArray(frequency)
    ? frequency.every((epoch) => Number.isInteger(epoch))
    : Number.isInteger(frequency) && (frequency as number) > 0; // SAFETY: no array
  if (!isGood)
    throw new OptionError(
      `${where}: expected \`validationFreq\` to be a positive integer or a list of epochs, received ${JSON.stringify(frequency)}.`,
    );
}

import { CallbackList } from "../callbacks/callback-list.ts";
import type { CallbackModel } from "../callbacks/callback.ts";
import { type Logs, toLogs } from "../callbacks/logs.ts";
import type { BatchSource } from "./data/batch.ts";
import { sourceOf } from "./data/sources.ts";
import { Breather, runBatches } from "./loop.ts";
import { checkRunOptions, type EvaluateOptions, optionNames } from "./options.ts";
import type { Trainer } from "./trainer.ts";

/** Loss and metrics: a number when there is one alone, an array, or an object by name. */
export type Evaluation = number | number[] | Record<string, number>;

/** Loss and metrics of a model on data. @see Keras `Trainer.evaluate` */
export async function evaluate(
  trainer: Trainer,
  model: CallbackModel,
  x: unknown,
  y: unknown,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const where = `${trainer.model.where}: evaluate`;
  checkRunOptions(where, options, optionNames.evaluate);
  trainer.compiled("evaluate");
  const {
    batchSize = null,
    steps = null,
    sampleWeight,
    returnDict = false,
    signal,
    verbose = "auto",
  } = options;
  const source = await sourceOf(
    { x, y, sampleWeight },
    { where, graph: trainer.model.graph, batchSize, steps, shuffle: false },
  );
  const callbacks = new CallbackList(options.callbacks ?? null, {
    addProgbar: verbose !== 0,
    verbose,
    epochs: 1,
    steps: source.numBatches,
    model,
  });
  try {
    const logs = toLogs(await runTest(trainer, source, callbacks, new Breather(signal)));
    return returnDict ? (logs as Record<string, number>) : inOrder(trainer, logs); // SAFETY: numbers as a rule, and typed so
  } finally {
    await source.close?.();
  }
}

/** Runs all batches of a source; the last results are those of all batches. */
export async function runTest(
  trainer: Trainer,
  source: BatchSource,
  callbacks: CallbackList,
  breather: Breather,
): Promise<object> {
  await callbacks.onTestBegin();
  let last: object = {};
  trainer.resetMetrics();
  await runBatches({
    source,
    stepsPerExecution: trainer.compiled("evaluate").stepsPerExecution,
    breather,
    run: (batch) => trainer.run("test", { ...batch }),
    prepare: (batch) => trainer.prepareAhead("test", { ...batch }),
    onBegin: (step) => callbacks.onTestBatchBegin(step),
    onEnd: (step, results) => {
      last = results.at(-1) ?? {};
      return callbacks.onTestBatchEnd(step, last);
    },
    isStopped: () => false,
  });
  await callbacks.onTestEnd(last);
  return last;
}

/** Results in the order of the metrics: the loss, compiled metrics, losses of outputs, then the rest by name. */
export function inOrder(trainer: Trainer, logs: Logs): number | number[] {
  // As in Keras, a metric that is compiled both plain and weighted comes twice under its plain name.
  const names = trainer.stepMetrics.map(({ name }) => name).filter((name) => name in logs);
  const rest = Object.keys(logs)
    .filter((name) => !names.includes(name))
    .sort();
  const values = [...names, ...rest].map((name) => logs[name] ?? 0);
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : values;
}

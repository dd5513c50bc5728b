import { CompiledFunction, type HostArray } from "../graph/compiled-function.ts";
import { withCallContext } from "../graph/call-context.ts";
import { floatx } from "../graph/dtype-policy.ts";
import { isFloat } from "../ir/dtypes.ts";
import type { MetricBase } from "../metrics/metric.ts";
import { provideRematerialise, RematerialiseMissing } from "../compiler/rematerialise/provided.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { add } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { sum } from "../ops/reductions.ts";
import type { History } from "../callbacks/history.ts";
import type { TrainingRun } from "../callbacks/training-run.ts";
import { AntlerError, warnOnce } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { flatten, mapTree, type Tree } from "../util/tree.ts";
import { type Compilation, type CompileOptions, prepareCompilation } from "./compilation.ts";
import { gradientsInTrace } from "./gradient.ts";
import { resultOf } from "./metric-access.ts";
import { metricsIn } from "./tracked-metrics.ts";
import type { LossArguments, StepData, StepLogs, TrainableModel } from "./trainable.ts";

/** Which of a model's steps. */
export type Mode = "train" | "test" | "predict";

/**
 * What a model has for training: how it was compiled, its steps as compiled functions, its history.
 *
 * @see Keras `trainers/trainer.py`
 */
export class Trainer {
  readonly model: TrainableModel;
  /** Set to end training after the present batch. */
  stopTraining = false;
  /** Of the last `fit`. */
  history: History | null = null;
  /** Where `fit` begins, when a callback restored an earlier run. */
  restoredEpoch: number | null = null;
  /** The `fit` that runs now. */
  trainingRun: TrainingRun | null = null;
  #compilation: Compilation | null = null;
  readonly #steps = new Map<Mode, CompiledFunction>();
  /** Metrics in fields of layers, as the steps were traced with them; null: to be looked for. */
  #layerMetrics: readonly MetricBase[] | null = null;

  constructor(model: TrainableModel) {
    this.model = model;
  }

  compile(options: CompileOptions): void {
    this.#compilation = prepareCompilation(this.model, options);
    this.stopTraining = false;
    this.clearSteps();
  }

  /** How the model was compiled; null before. */
  get compilation(): Compilation | null {
    return this.#compilation;
  }

  /** How the model was compiled. */
  compiled(what: string): Compilation {
    if (this.#compilation !== null) return this.#compilation;
    throw new AntlerError(
      `${this.model.where}: compile it before ${what}: model.compile({ optimizer, loss, metrics }).`,
    );
  }

  get optimizer(): Optimizer | null {
    return this.#compilation?.optimizer ?? null;
  }

  /** Everything that `resetMetrics` resets: the loss, compiled metrics, losses of several outputs, metrics of layers. */
  get metrics(): MetricBase[] {
    return [...this.#compiledMetrics(this.#compilation?.metrics?.tracked), ...metricsIn(this.model)];
  }

  #compiledMetrics(own: readonly MetricBase[] = this.#compilation?.metrics?.metrics ?? []): MetricBase[] {
    const compiled = this.#compilation;
    if (compiled === null) return [];
    return [compiled.lossTracker, ...own, ...compiled.loss.metrics];
  }

  /** As Keras has them: compiled metrics go by one name. */
  get metricsNames(): string[] {
    const compiled = this.#compilation;
    if (compiled === null) return metricsIn(this.model).map(({ name }) => name);
    const groups = [
      compiled.lossTracker,
      ...(compiled.metrics === null ? [] : [compiled.metrics]),
      ...compiled.loss.metrics,
      ...metricsIn(this.model),
    ];
    return groups.map(({ name }) => name);
  }

  /** Runs one step on a batch; the tree of its results, or a promise of it from a step that goes on elsewhere. */
  run(mode: Mode, batch: Tree<HostArray>): Tree<Tensor> | Promise<Tree<Tensor>> {
    const loading = mode === "predict" ? null : (this.#compilation?.builtIns.load() ?? null);
    return loading === null ? this.#run(mode, batch) : loading.then(() => this.#run(mode, batch));
  }

  #run(mode: Mode, batch: Tree<HostArray>): Tree<Tensor> | Promise<Tree<Tensor>> {
    try {
      return this.#step(mode).run(batch);
    } catch (error) {
      return loadFor(error).then(() => this.#run(mode, batch));
    }
  }

  /** Traces a step for such batches, so that what tracing makes (metrics, slots of the optimizer) is there. */
  async prepare(mode: Mode, batch: Tree<HostArray>): Promise<void> {
    await this.#compilation?.builtIns.load();
    try {
      this.#step(mode).programFor(batch);
    } catch (error) {
      await loadFor(error);
      this.#step(mode).programFor(batch);
    }
  }

  /** Traces a step for a batch that comes next; what is wrong with it is told when it has come. */
  prepareAhead(mode: Mode, batch: Tree<HostArray>): void {
    if (this.#compilation?.runEagerly === true) return;
    try {
      this.#step(mode).programFor(batch);
    } catch {
      return;
    }
  }

  /** Forgets compiled steps: they are traced anew when next needed. */
  clearSteps(): void {
    this.#steps.clear();
    this.#layerMetrics = null;
  }

  #step(mode: Mode): CompiledFunction {
    const known = this.#steps.get(mode);
    if (known !== undefined) return known;
    const trace = (inputs: unknown): Tree<Tensor> => this.#trace(mode, inputs as StepData); // SAFETY: batches are made so
    const step = new CompiledFunction(trace, { runEagerly: this.#compilation?.runEagerly });
    this.#steps.set(mode, step);
    return step;
  }

  #trace(mode: Mode, batch: StepData): Tree<Tensor> {
    const data = withParts(batch);
    const { model } = this;
    model.clearLosses();
    try {
      return withCallContext({ training: mode === "train" }, () => {
        if (mode === "predict") return model.predictStep(data) as Tree<Tensor>; // SAFETY: outputs of a model are nested tensors
        const logs = mode === "train" ? model.trainStep(data) : model.testStep(data);
        return readLogs(`${model.where}: ${mode}Step`, logs);
      });
    } finally {
      model.clearLosses();
      this.#layerMetrics = null;
    }
  }

  /** The default training step: forward, loss, gradients, update, metrics. */
  trainStep({ x, y, sampleWeight }: StepData): StepLogs {
    const { model } = this;
    const { lossTracker, optimizer } = this.compiled("fit");
    const yPred = model.invoke(x, { training: true }) as Tensor; // SAFETY: as StepData says
    const args = { x, y, yPred, sampleWeight, training: true };
    const loss = model.computeLoss(args);
    lossTracker.updateState(loss, { sampleWeight: batchSizeOf(x) });
    const variables = model.trainableVariables;
    if (variables.length === 0) warnOnce(`${model.where} has no trainable weights.`);
    else if (optimizer !== null) {
      optimizer.ensureBuilt(variables);
      optimizer.apply(gradientsInTrace(optimizer.scaleLoss(loss), variables), variables);
    }
    return model.computeMetrics(args);
  }

  testStep({ x, y, sampleWeight }: StepData): StepLogs {
    const { model } = this;
    const { lossTracker } = this.compiled("evaluate");
    const yPred = model.invoke(x, { training: false }) as Tensor; // SAFETY: as StepData says
    const args = { x, y, yPred, sampleWeight, training: false };
    lossTracker.updateState(model.computeLoss(args), { sampleWeight: batchSizeOf(x) });
    return model.computeMetrics(args);
  }

  predictStep({ x }: StepData): unknown {
    return this.model.invoke(x, { training: false });
  }

  /** The compiled losses, and those that layers added. */
  computeLoss({ y, yPred, sampleWeight }: LossArguments): Tensor {
    const { loss } = this.compiled("computing a loss");
    const toFloat = (value: Tensor): Tensor =>
      isFloat(value.dtype) ? value : (cast(value, floatx()) as Tensor); // SAFETY: tensor in, tensor out
    const parts = this.model.losses.map((value) => sum(toFloat(value)));
    const own = loss.isEmpty ? null : loss.compute(y, yPred, sampleWeight);
    const [first, ...rest] = own === null ? parts : [own, ...parts];
    if (first === undefined) {
      throw new AntlerError(
        `${this.model.where}: there is no loss to minimise. Give one to compile({ loss }), or add one with addLoss.`,
      );
    }
    return rest.reduce<Tensor>((total, part) => add(total, part) as Tensor, first); // SAFETY: tensors in, tensor out
  }

  computeMetrics({ y, yPred, sampleWeight }: LossArguments): StepLogs {
    this.compiled("computing metrics").metrics?.updateState(y, yPred, sampleWeight);
    return this.metricsResult();
  }

  /** Present results of all metrics, by name. */
  metricsResult(): StepLogs {
    const compiled = this.#compilation;
    const results: Record<string, StepLogs[string]> = {};
    const put = (metric: MetricBase): void => {
      const result = resultOf(metric);
      if (isRecord(result)) Object.assign(results, result);
      else results[metric.name] = result;
    };
    if (compiled !== null) {
      put(compiled.lossTracker);
      Object.assign(results, compiled.metrics?.result());
      for (const metric of compiled.loss.metrics) put(metric);
    }
    for (const metric of metricsIn(this.model)) put(metric);
    return results;
  }

  /** The metrics that the present steps update: found once, where `metrics` looks through all layers each time. */
  get stepMetrics(): MetricBase[] {
    this.#layerMetrics ??= metricsIn(this.model);
    return [...this.#compiledMetrics(), ...this.#layerMetrics];
  }

  resetMetrics(): void {
    for (const metric of this.stepMetrics) metric.resetState();
  }
}

function isRecord(
  value: Tensor | Readonly<Record<string, Tensor>>,
): value is Readonly<Record<string, Tensor>> {
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** The results of a step of a model's own. */
function readLogs(where: string, logs: unknown): Tree<Tensor> {
  if (!isPlainObject(logs)) {
    throw new AntlerError(
      `${where}: expected an object of tensors by name, such as { loss }, received ${logs === null ? "null" : typeof logs}.`,
    );
  }
  // SAFETY: an object; what is in it is looked at below.
  return mapTree<unknown, Tensor>(logs as Tree<unknown>, (value) => {
    if (value instanceof Tensor) return value;
    throw new AntlerError(
      `${where}: expected tensors by name, received ${typeof value} among them. Give what an op or a metric's result() gives.`,
    );
  });
}

/** Number of samples in a batch. */
function batchSizeOf(x: unknown): number {
  const [first] = flatten<Tensor>(x as Tree<Tensor>); // SAFETY: inputs are nested tensors
  return first?.dims[0] ?? 1;
}

/** A batch that can be taken apart as Keras's can as well: `[x, y, sampleWeight]`, without what is absent at the end. */
function withParts(batch: StepData): StepData {
  const { x, y, sampleWeight } = batch;
  const parts: readonly unknown[] =
    sampleWeight === undefined ? (y === undefined ? [x] : [x, y]) : [x, y, sampleWeight];
  return Object.defineProperty({ ...batch }, Symbol.iterator, { value: () => parts.values() });
}

/** Loads what a step that does not fit the memory needs; any other error is thrown again, at once. */
function loadFor(error: unknown): Promise<void> {
  if (!(error instanceof RematerialiseMissing)) throw error;
  return loadRematerialise();
}

async function loadRematerialise(): Promise<void> {
  const { rematerialise } = await import("./on-demand.ts");
  provideRematerialise(rematerialise);
}

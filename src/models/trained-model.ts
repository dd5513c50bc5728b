import type { CallbackModel } from "../callbacks/callback.ts";
import type { History } from "../callbacks/history.ts";
import type { StateTree, TrainingRun } from "../callbacks/training-run.ts";
import { Mean } from "../metrics/mean.ts";
import type { MetricBase } from "../metrics/metric.ts";
import type { TensorInput } from "../ops/core/convert.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { splitArguments } from "../training/arguments.ts";
import { bindCompileOptions, type CompileOptions } from "../training/compilation.ts";
import { evaluate } from "../training/evaluate.ts";
import { fit } from "../training/fit.ts";
import {
  predictOnBatch,
  testOnBatch,
  type TestOnBatchOptions,
  trainOnBatch,
  type TrainOnBatchOptions,
} from "../training/on-batch.ts";
import type { EvaluateOptions, FitOptions, PredictOptions } from "../training/options.ts";
import { predict } from "../training/predict.ts";
import { outputNamesOf } from "../training/structure.ts";
import type { LossArguments, StepData, StepLogs, TrainableModel } from "../training/trainable.ts";
import { Trainer } from "../training/trainer.ts";
import { ModelBase } from "./model-base.ts";

/**
 * The loss, a number; or, where metrics or several losses were compiled, an array of it and them, in the order of
 * `metricsNames`. Types cannot tell what was compiled: either use is allowed.
 */
export type Scores = number & number[];

/**
 * The first argument of `compile`: options, or the optimizer. (`object` lets subclasses override `compile` with options of
 * their own.)
 */
type CompileArgument = (CompileOptions & object) | CompileOptions["optimizer"];

/** Parts of T, of any type: subclasses say in their methods which parts of a batch they take, and as what. */
type Parts<T> = { readonly [K in keyof T]?: unknown } & object;

/** The training side of a model: thin methods over `src/training/`. @see Keras `trainers/trainer.py` */
export abstract class TrainedModel extends ModelBase implements TrainableModel, CallbackModel {
  readonly #trainer: Trainer = new Trainer(this);
  /** Means of values that calls have added, by name. */
  readonly addedMetrics: Map<string, Mean> = new Map();

  abstract save(path: string): Promise<void>;
  abstract saveWeights(path: string): Promise<void>;
  abstract loadWeights(path: string): Promise<void>;
  abstract writeBackup(path: string, state: StateTree): Promise<void>;
  abstract readBackup(path: string): Promise<StateTree>;
  abstract toJson(): string;

  /**
   * Reports a value that `call` computes: its mean over the epoch stands in the logs under the name.
   *
   * Layers keep a metric in a field and update it, which does the same.
   */
  addMetric(value: TensorInput, name: string | { readonly name: string }): void {
    const key = typeof name === "string" ? name : name.name;
    const metric = this.addedMetrics.get(key) ?? Mean({ name: key });
    this.addedMetrics.set(key, metric);
    metric.updateState(value);
  }

  /** How the model was compiled, as given to `compile`; null when it was not. */
  getCompileConfig(): Record<string, unknown> | null {
    const compilation = this.#trainer.compilation;
    if (compilation === null) return null;
    const {
      loss = null,
      lossWeights = null,
      metrics = null,
      weightedMetrics = null,
      jitCompile = "auto",
    } = compilation.options;
    const { optimizer, runEagerly, stepsPerExecution } = compilation;
    return {
      optimizer,
      loss,
      lossWeights,
      metrics,
      weightedMetrics,
      runEagerly,
      stepsPerExecution,
      jitCompile: jitCompile === true,
    };
  }

  /** Compiles as `getCompileConfig` says, and makes the optimizer's variables, so that their values can be loaded. */
  compileFromConfig(config: Readonly<Record<string, unknown>>): void {
    this.compile(config);
    this.optimizer?.build(this.trainableVariables.filter((variable) => !variable.overwriteWithGradient));
  }

  /** Forgets compiled steps, after layers were changed: they are traced anew when next needed. */
  clearSteps(): void {
    this.#trainer.clearSteps();
  }

  /**
   * Says how to train: optimizer, losses and metrics, each one value, or (losses, metrics) nested or keyed by output name.
   *
   * @throws {OptionError} for unknown names.
   */
  compile(options?: CompileArgument, ...rest: readonly unknown[]): void {
    this.#trainer.compile(bindCompileOptions([options, ...rest]));
  }

  /**
   * Trains for `epochs` (default 1) passes over the data, in batches of `batchSize` (default 32).
   *
   * @param x - Tensors, typed arrays or nested numbers; arrays or objects of them for several inputs; or an iterable of
   *   `[x, y]` or `[x, y, sampleWeight]` batches, then without `y`.
   * @throws {DataError} when the data does not fit the model.
   */
  fit(x: unknown, y: unknown, options?: FitOptions): Promise<History>;
  fit(batches: unknown, options?: FitOptions): Promise<History>;
  fit(
    x: unknown,
    y: unknown,
    batchSize: number | null,
    epochs?: number,
    options?: FitOptions,
  ): Promise<History>;
  async fit(data: unknown, ...rest: readonly unknown[]): Promise<History> {
    const { x, y, options } = splitArguments<FitOptions>("fit", this.inputNames, data, rest);
    return fit(this.#trainer, this, x, y, options);
  }

  /** Loss and metrics on data: a number, an array, or with `returnDict` an object by name. Data as for `fit`. */
  evaluate(
    x: unknown,
    y: unknown,
    options: EvaluateOptions & { readonly returnDict: true },
  ): Promise<Record<string, number>>;
  evaluate(
    batches: unknown,
    options: EvaluateOptions & { readonly returnDict: true },
  ): Promise<Record<string, number>>;
  evaluate(
    x: unknown,
    y: unknown,
    batchSize: number | null,
    options: EvaluateOptions & { readonly returnDict: true },
  ): Promise<Record<string, number>>;
  evaluate(x: unknown, y: unknown, options?: EvaluateOptions): Promise<Scores>;
  evaluate(batches: unknown, options?: EvaluateOptions): Promise<Scores>;
  evaluate(x: unknown, y: unknown, batchSize: number | null, options?: EvaluateOptions): Promise<Scores>;
  async evaluate(data: unknown, ...rest: readonly unknown[]): Promise<Scores | Record<string, number>> {
    const { x, y, options } = splitArguments<EvaluateOptions>("evaluate", this.inputNames, data, rest);
    return (await evaluate(this.#trainer, this, x, y, options)) as Scores; // SAFETY: as Scores says
  }

  /** The outputs for data, computed batch by batch: a tensor, or tensors nested as the model's outputs are. */
  predict(x: unknown, options?: PredictOptions): Promise<Tensor>;
  predict(x: unknown, batchSize: number | null, options?: PredictOptions): Promise<Tensor>;
  async predict(data: unknown, ...rest: readonly unknown[]): Promise<Tensor> {
    const { x, options } = splitArguments<PredictOptions>("predict", this.inputNames, data, rest);
    return (await predict(this.#trainer, this, x, options)) as Tensor; // SAFETY: one tensor as a rule, and typed so
  }

  /** One training step on one batch: its loss and metrics. */
  trainOnBatch(
    x: unknown,
    y: unknown,
    options: TrainOnBatchOptions & { readonly returnDict: true },
  ): Promise<Record<string, number>>;
  trainOnBatch(x: unknown, y?: unknown, options?: TrainOnBatchOptions): Promise<Scores>;
  async trainOnBatch(data: unknown, ...rest: readonly unknown[]): Promise<Scores | Record<string, number>> {
    const { x, y, options } = splitArguments<TrainOnBatchOptions>(
      "trainOnBatch",
      this.inputNames,
      data,
      rest,
    );
    return (await trainOnBatch(this.#trainer, x, y, options)) as Scores; // SAFETY: as Scores says
  }

  /** Loss and metrics of one batch. */
  testOnBatch(
    x: unknown,
    y: unknown,
    options: TestOnBatchOptions & { readonly returnDict: true },
  ): Promise<Record<string, number>>;
  testOnBatch(x: unknown, y?: unknown, options?: TestOnBatchOptions): Promise<Scores>;
  async testOnBatch(data: unknown, ...rest: readonly unknown[]): Promise<Scores | Record<string, number>> {
    const { x, y, options } = splitArguments<TestOnBatchOptions>("testOnBatch", this.inputNames, data, rest);
    return (await testOnBatch(this.#trainer, x, y, options)) as Scores; // SAFETY: as Scores says
  }

  /** The outputs for one batch. */
  async predictOnBatch(x: unknown): Promise<Tensor> {
    return (await predictOnBatch(this.#trainer, x)) as Tensor; // SAFETY: as predict
  }

  /** One training step, traced once: override it for another kind of training. Gives losses and metrics by name. */
  trainStep(data: Parts<StepData>): StepLogs {
    return this.#trainer.trainStep(data as StepData); // SAFETY: steps get whole batches
  }

  /** One evaluation step. */
  testStep(data: Parts<StepData>): StepLogs {
    return this.#trainer.testStep(data as StepData); // SAFETY: steps get whole batches
  }

  /** The outputs for one batch, as `predict` gives them. */
  predictStep(data: Parts<StepData>): unknown {
    return this.#trainer.predictStep(data as StepData); // SAFETY: as trainStep
  }

  /** The scalar that training minimises: the compiled losses, and those that layers added. */
  computeLoss(args: Parts<LossArguments>): Tensor {
    return this.#trainer.computeLoss(args as LossArguments); // SAFETY: what is left out is not used
  }

  /** Updates the compiled metrics and gives all results. */
  computeMetrics(args: Parts<LossArguments>): StepLogs {
    return this.#trainer.computeMetrics(args as LossArguments); // SAFETY: as computeLoss
  }

  /** Present results of all metrics, by name. */
  getMetricsResult(): StepLogs {
    return this.#trainer.metricsResult();
  }

  resetMetrics(): void {
    this.#trainer.resetMetrics();
  }

  /** How the model is trained: what `compile` was given, and what became of it. */
  get trainer(): Trainer {
    return this.#trainer;
  }

  /** True once `compile` was called. */
  get compiled(): boolean {
    return this.#trainer.compilation !== null;
  }

  get optimizer(): Optimizer | null {
    return this.#trainer.optimizer;
  }

  /** The loss as `compile` was given it. */
  get loss(): unknown {
    return this.#trainer.compilation?.options.loss ?? null;
  }

  get metrics(): MetricBase[] {
    return this.#trainer.metrics;
  }

  get metricsNames(): string[] {
    return this.#trainer.metricsNames;
  }

  /** Names of the outputs: of the layers that make them. */
  get outputNames(): readonly string[] | null {
    return outputNamesOf(this.graph);
  }

  /** Names of the inputs. */
  get inputNames(): readonly string[] | null {
    return this.graph === null ? null : this.graph.inputs.map(({ name }) => name);
  }

  /** What the last `fit` recorded. */
  get history(): History | null {
    return this.#trainer.history;
  }

  /** Epoch at which a running `fit` begins, where a callback restored an earlier run. */
  get restoredEpoch(): number | null {
    return this.#trainer.restoredEpoch;
  }

  set restoredEpoch(epoch: number | null) {
    this.#trainer.restoredEpoch = epoch;
  }

  /** The `fit` that runs now, for callbacks that keep it; null outside of one. */
  get trainingRun(): TrainingRun | null {
    return this.#trainer.trainingRun;
  }

  /** Set it to true, in a callback, to end training after the present batch. */
  get stopTraining(): boolean {
    return this.#trainer.stopTraining;
  }

  set stopTraining(value: boolean) {
    this.#trainer.stopTraining = value;
  }
}

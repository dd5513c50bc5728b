import type { Layer, LayerCall } from "../graph/layer.ts";
import type { Variable } from "../graph/variable.ts";
import type { WideRule } from "../ir/shape-types/index.ts";
import type { Rest } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { MetricBase } from "../metrics/metric.ts";
import { callable } from "../util/callable.ts";
import { AntlerError } from "../util/errors.ts";
import type { Logs } from "./logs.ts";
import type { StateTree, TrainingRun } from "./training-run.ts";

/** What callbacks see of the model. */
export interface CallbackModel {
  readonly name: string;
  readonly built: boolean;
  /** Set it to true to end training after the present batch. */
  stopTraining: boolean;
  readonly optimizer: Optimizer | null;
  readonly metrics: readonly MetricBase[];
  readonly layers: readonly Layer[];
  getLayer(key: string | number): Layer;
  predict(x: unknown, options?: CallbackRunOptions): Promise<Tensor>;
  evaluate(
    x: unknown,
    y: unknown,
    options: CallbackRunOptions & { readonly returnDict: true },
  ): Promise<Record<string, number>>;
  getWeights(): Tensor[];
  setWeights(values: readonly Tensor[]): void;
  /** The graph of layers; null for a model that computes in `call`. */
  readonly graph: object | null;
  toJson(): string;
  save(path: string): Promise<void>;
  saveWeights(path: string): Promise<void>;
  loadWeights(path: string): Promise<void>;
  readonly trainableVariables: readonly Variable[];
  /** The weights, layer by layer. */
  readonly weights: readonly Variable[];
  /** What else changes in layers: seeds, states. */
  readonly stateVariables: readonly Variable[];
  /** Epoch at which `fit` is to begin; set in `onTrainBegin` by what restores an earlier run. */
  restoredEpoch: number | null;
  /** The `fit` that runs now; null outside of one. */
  readonly trainingRun: TrainingRun | null;
  /** Writes weights, the optimizer's state and what else training needs to one file. */
  writeBackup(path: string, state: StateTree): Promise<void>;
  /** Sets weights and the optimizer's state from such a file; gives the rest, or null for a file of weights alone. */
  readBackup(path: string): Promise<StateTree>;
}

/** Options of `predict` and `evaluate` within a callback. */
export interface CallbackRunOptions {
  readonly batchSize?: number | null | undefined;
  readonly verbose?: CallbackParams["verbose"] | undefined;
}

/** About the run: how many epochs, batches of each (null while not known), and how much is printed. */
export interface CallbackParams {
  readonly verbose: 0 | 1 | 2 | "auto";
  readonly epochs: number;
  readonly steps: number | null;
}

/** A hook may take its time; training waits for it. */
export type Hook = void | Promise<void>;

/**
 * Base of all callbacks: hooks into `fit`, `evaluate` and `predict`. A custom callback extends it and overrides some.
 *
 * `logs` holds losses and metrics as numbers; hooks of one event share it, so that what one adds, those after it see.
 *
 * @see Keras `callbacks/callback.py`
 */
export class CallbackBase {
  params: CallbackParams = { verbose: 0, epochs: 0, steps: null };
  /** Whether its hooks are called after those of the other callbacks: for one that keeps their results. */
  readonly comesLast: boolean = false;
  #model: CallbackModel | null = null;

  setParams(params: CallbackParams): void {
    this.params = params;
  }

  setModel(model: CallbackModel): void {
    this.#model = model;
  }

  /** The model that is trained, evaluated or used; it can be called as well. */
  get model(): CallbackModel & LayerCall<WideRule> {
    // SAFETY: every model is a function as well (see Callable).
    if (this.#model !== null) return this.#model as CallbackModel & LayerCall<WideRule>;
    throw new AntlerError(
      `${this.constructor.name}: it belongs to no model yet. Pass it to fit, evaluate or predict.`,
    );
  }

  /** What a backup of training is to keep of it, so that it goes on as if never interrupted; null: nothing. */
  trainingState(): StateTree {
    return null;
  }

  /** Takes back what `trainingState` gave; called after `onTrainBegin`. */
  restoreTrainingState(_state: StateTree): Hook {}

  onBatchBegin(_batch: number, _logs?: Logs): Hook {}
  onBatchEnd(_batch: number, _logs?: Logs): Hook {}
  onEpochBegin(_epoch: number, _logs?: Logs): Hook {}
  onEpochEnd(_epoch: number, _logs?: Logs): Hook {}

  onTrainBatchBegin(batch: number, logs?: Logs): Hook {
    return this.onBatchBegin(batch, logs);
  }

  onTrainBatchEnd(batch: number, logs?: Logs): Hook {
    return this.onBatchEnd(batch, logs);
  }

  onTestBatchBegin(_batch: number, _logs?: Logs): Hook {}
  onTestBatchEnd(_batch: number, _logs?: Logs): Hook {}
  onPredictBatchBegin(_batch: number, _logs?: Logs): Hook {}
  /** `logs.outputs` is what the model gave for the batch. */
  onPredictBatchEnd(_batch: number, _logs?: Logs | PredictLogs): Hook {}
  onTrainBegin(_logs?: Logs): Hook {}
  onTrainEnd(_logs?: Logs): Hook {}
  onTestBegin(_logs?: Logs): Hook {}
  onTestEnd(_logs?: Logs): Hook {}
  onPredictBegin(_logs?: Logs): Hook {}
  onPredictEnd(_logs?: Logs): Hook {}
}

/** What `onPredictBatchEnd` gets. */
export interface PredictLogs {
  /** A tensor, or nested tensors. */
  readonly outputs: unknown;
}

/** A constructor's arguments: options O by name, or by position in the order of K. */
export type InOrder<O, K extends readonly (keyof O)[]> = Rest<{ [I in keyof K]: Pick<O, K[I]> }>;

export type Callback = CallbackBase;

export interface CallbackConstructor<A extends readonly unknown[] = readonly [], T = Callback> {
  (...args: A): T;
  new (...args: A): T;
}

/** The class that custom callbacks extend; see `CallbackBase` for its hooks. */
export const Callback: CallbackConstructor = callable<typeof CallbackBase, CallbackConstructor>(CallbackBase);

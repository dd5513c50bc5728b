import { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { terminal } from "../util/platform/index.ts";
import type { CallbackConstructor, InOrder } from "./callback.ts";
import type { Logs } from "./logs.ts";
import { MonitorBase, type MonitorMode } from "./monitor.ts";
import { isArray, listOf, numberOf, recordOf } from "./state-values.ts";
import type { StateTree } from "./training-run.ts";

export interface EarlyStoppingOptions {
  /** What is watched. Default `"val_loss"`. */
  readonly monitor?: string | undefined;
  /** A change that is smaller is no improvement. Default 0. */
  readonly minDelta?: number | undefined;
  /** Epochs without improvement after which training ends. Default 0. */
  readonly patience?: number | undefined;
  /** 1: say so when it stops. Default 0. */
  readonly verbose?: 0 | 1 | undefined;
  /** Default `"auto"`. */
  readonly mode?: MonitorMode | undefined;
  /** A value that must be beaten for patience to begin anew. Default none. */
  readonly baseline?: number | null | undefined;
  /** Whether the weights of the best epoch come back at the end. Default false. */
  readonly restoreBestWeights?: boolean | undefined;
  /** Epochs before it begins to watch. Default 0. */
  readonly startFromEpoch?: number | undefined;
}

class EarlyStoppingCallback extends MonitorBase {
  static readonly parameters: ParameterTable = {
    monitor: "val_loss",
    minDelta: 0,
    patience: 0,
    verbose: 0,
    mode: "auto",
    baseline: null,
    restoreBestWeights: false,
    startFromEpoch: 0,
  };

  readonly patience: number;
  readonly verbose: number;
  readonly baseline: number | null;
  readonly restoreBestWeights: boolean;
  readonly startFromEpoch: number;
  wait = 0;
  /** The epoch after which training was ended, from 0; 0 where it was not. */
  stoppedEpoch = 0;
  bestEpoch = 0;
  bestWeights: Tensor[] | null = null;

  constructor(...args: readonly unknown[]) {
    const options = bindParameters<EarlyStoppingOptions>(
      "EarlyStopping",
      EarlyStoppingCallback.parameters,
      args,
      [],
    );
    super("EarlyStopping", options.monitor ?? "val_loss", options.mode ?? "auto", options.minDelta ?? 0);
    this.patience = options.patience ?? 0;
    this.verbose = options.verbose ?? 0;
    this.baseline = options.baseline ?? null;
    this.restoreBestWeights = options.restoreBestWeights ?? false;
    this.startFromEpoch = options.startFromEpoch ?? 0;
  }

  override onTrainBegin(): void {
    this.wait = 0;
    this.stoppedEpoch = 0;
    this.best = null;
    this.bestWeights = null;
    this.bestEpoch = 0;
  }

  override trainingState(): { readonly [key: string]: StateTree } {
    const { wait, stoppedEpoch, bestEpoch, bestWeights } = this;
    const kept = bestWeights?.map((weight) => ({
      data: weight.storedSync(),
      shape: weight.dims,
      dtype: weight.dtype,
    }));
    return { ...super.trainingState(), wait, stoppedEpoch, bestEpoch, bestWeights: kept ?? null };
  }

  override restoreTrainingState(state: StateTree): void {
    super.restoreTrainingState(state);
    const { wait, stoppedEpoch, bestEpoch, bestWeights } = recordOf(state);
    this.wait = numberOf(wait);
    this.stoppedEpoch = numberOf(stoppedEpoch);
    this.bestEpoch = numberOf(bestEpoch);
    const kept = listOf(bestWeights).filter(isArray);
    this.bestWeights = Array.isArray(bestWeights)
      ? kept.map(({ data, shape, dtype }) => Tensor.fromData(data, shape, dtype))
      : null;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const current = this.watched("EarlyStopping", logs);
    if (current === null || epoch < this.startFromEpoch) return;
    if (this.restoreBestWeights && this.bestWeights === null) this.#keep(epoch);
    this.wait++;
    if (this.isImprovement(current, this.best)) {
      this.best = current;
      this.bestEpoch = epoch;
      if (this.restoreBestWeights) this.#keep(epoch);
      if (this.isImprovement(current, this.baseline)) this.wait = 0;
    } else if (this.wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override onTrainEnd(): void {
    if (this.stoppedEpoch > 0 && this.verbose > 0)
      terminal().write(`Epoch ${this.stoppedEpoch + 1}: early stopping\n`);
    if (!this.restoreBestWeights || this.bestWeights === null) return;
    if (this.verbose > 0)
      terminal().write(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.\n`);
    this.model.setWeights(this.bestWeights);
  }

  #keep(epoch: number): void {
    this.bestWeights = this.model.getWeights();
    this.bestEpoch = epoch;
  }
}

export type EarlyStopping = EarlyStoppingCallback;
type Arguments = InOrder<
  EarlyStoppingOptions,
  ["monitor", "minDelta", "patience", "verbose", "mode", "baseline", "restoreBestWeights", "startFromEpoch"]
>;

/** Ends training when a number has stopped to improve. @see Keras `callbacks/early_stopping.py` */
export const EarlyStopping: CallbackConstructor<Arguments, EarlyStopping> = callable<
  typeof EarlyStoppingCallback,
  CallbackConstructor<Arguments, EarlyStopping>
>(EarlyStoppingCallback);

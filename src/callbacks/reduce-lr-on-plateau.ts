import type { Optimizer } from "../optimizers/optimizer.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { terminal } from "../util/platform/index.ts";
import type { CallbackConstructor, InOrder } from "./callback.ts";
import { logRates, optimizersOf, rateOf } from "./learning-rates.ts";
import type { Logs } from "./logs.ts";
import { MonitorBase, type MonitorMode } from "./monitor.ts";
import { numberOf, recordOf } from "./state-values.ts";
import type { StateTree } from "./training-run.ts";

export interface ReduceLROnPlateauOptions {
  /** What is watched. Default `"val_loss"`. */
  readonly monitor?: string | undefined;
  /** By which the rate is multiplied; below 1. Default 0.1. */
  readonly factor?: number | undefined;
  /** Epochs without improvement after which the rate is reduced. Default 10. */
  readonly patience?: number | undefined;
  /** 1: say so when it does. Default 0. */
  readonly verbose?: 0 | 1 | undefined;
  /** Default `"auto"`. */
  readonly mode?: MonitorMode | undefined;
  /** A change that is smaller is no improvement. Default 1e-4. */
  readonly minDelta?: number | undefined;
  /** Epochs to wait after a reduction. Default 0. */
  readonly cooldown?: number | undefined;
  /** Default 0. */
  readonly minLr?: number | undefined;
}

class ReduceLROnPlateauCallback extends MonitorBase {
  static readonly parameters: ParameterTable = {
    monitor: "val_loss",
    factor: 0.1,
    patience: 10,
    verbose: 0,
    mode: "auto",
    minDelta: 1e-4,
    cooldown: 0,
    minLr: 0,
  };

  readonly factor: number;
  readonly patience: number;
  readonly verbose: number;
  readonly cooldown: number;
  readonly minLr: number;
  cooldownCounter = 0;
  wait = 0;

  constructor(...args: readonly unknown[]) {
    const options = bindParameters<ReduceLROnPlateauOptions>(
      "ReduceLROnPlateau",
      ReduceLROnPlateauCallback.parameters,
      args,
      [],
    );
    super(
      "ReduceLROnPlateau",
      options.monitor ?? "val_loss",
      options.mode ?? "auto",
      options.minDelta ?? 1e-4,
    );
    this.factor = options.factor ?? 0.1;
    if (this.factor >= 1)
      throw new OptionError(`ReduceLROnPlateau: expected \`factor\` below 1, received ${this.factor}.`);
    this.patience = options.patience ?? 10;
    this.verbose = options.verbose ?? 0;
    this.cooldown = options.cooldown ?? 0;
    this.minLr = options.minLr ?? 0;
  }

  override onTrainBegin(): void {
    this.best = null;
    this.cooldownCounter = 0;
    this.wait = 0;
  }

  override trainingState(): { readonly [key: string]: StateTree } {
    const { cooldownCounter, wait } = this;
    return { ...super.trainingState(), cooldownCounter, wait };
  }

  override restoreTrainingState(state: StateTree): void {
    super.restoreTrainingState(state);
    const { cooldownCounter, wait } = recordOf(state);
    this.cooldownCounter = numberOf(cooldownCounter);
    this.wait = numberOf(wait);
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    logRates("ReduceLROnPlateau", this.model, logs);
    const current = this.watched("ReduceLROnPlateau", logs);
    if (current === null) return;
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.wait = 0;
    }
    if (this.isImprovement(current, this.best)) {
      this.best = current;
      this.wait = 0;
    } else if (this.cooldownCounter === 0 && ++this.wait >= this.patience) {
      const reduced = optimizersOf("ReduceLROnPlateau", this.model).filter((optimizer) =>
        this.#reduce(optimizer, epoch),
      );
      if (reduced.length === 0) return;
      this.cooldownCounter = this.cooldown;
      this.wait = 0;
    }
  }

  #reduce(optimizer: Optimizer, epoch: number): boolean {
    const before = rateOf(optimizer);
    if (before <= Math.fround(this.minLr)) return false;
    const rate = Math.max(before * this.factor, this.minLr);
    optimizer.learningRate = rate;
    if (this.verbose > 0)
      terminal().write(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${rate}.\n`);
    return true;
  }
}

export type ReduceLROnPlateau = ReduceLROnPlateauCallback;
type Arguments = InOrder<
  ReduceLROnPlateauOptions,
  ["monitor", "factor", "patience", "verbose", "mode", "minDelta", "cooldown", "minLr"]
>;

/** Reduces the learning rate when a number has stopped to improve. @see Keras `callbacks/reduce_lr_on_plateau.py` */
export const ReduceLROnPlateau: CallbackConstructor<Arguments, ReduceLROnPlateau> = callable<
  typeof ReduceLROnPlateauCallback,
  CallbackConstructor<Arguments, ReduceLROnPlateau>
>(ReduceLROnPlateauCallback);

import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { terminal } from "../util/platform/index.ts";
import { CallbackBase, type CallbackConstructor, type InOrder } from "./callback.ts";
import { logRates, optimizersOf, rateOf } from "./learning-rates.ts";
import type { Logs } from "./logs.ts";
import { numberOrNull } from "./state-values.ts";
import type { StateTree } from "./training-run.ts";

export interface LearningRateSchedulerOptions {
  /** Gives the rate of each epoch. */
  readonly schedule: RateSchedule;
  /** 1: say what the rate becomes. Default 0. */
  readonly verbose?: 0 | 1 | undefined;
}

/** The learning rate of an epoch (from 0), for that of the epoch before. */
export type RateSchedule = (epoch: number, rate: number) => number;

class LearningRateSchedulerCallback extends CallbackBase {
  static readonly parameters: ParameterTable = {
    schedule: required,
    verbose: 0,
  };

  readonly schedule: RateSchedule;
  readonly verbose: number;
  /** The epoch whose rate is set. */
  #done: number | null = null;

  constructor(...args: readonly unknown[]) {
    const options = bindParameters<LearningRateSchedulerOptions>(
      "LearningRateScheduler",
      LearningRateSchedulerCallback.parameters,
      args,
      [],
    );
    const { schedule } = options;
    super();
    if (typeof schedule !== "function")
      throw new OptionError(
        `LearningRateScheduler: expected a function (epoch, rate) => rate, received ${typeof schedule}.`,
      );
    this.schedule = schedule;
    this.verbose = options.verbose ?? 0;
  }

  override onTrainBegin(): void {
    this.#done = null;
  }

  override trainingState(): StateTree {
    return this.#done;
  }

  override restoreTrainingState(state: StateTree): void {
    this.#done = numberOrNull(state);
  }

  override onEpochBegin(epoch: number): void {
    // An epoch that is taken up again has its rate: the schedule would start from it.
    if (epoch === this.#done) return;
    this.#done = epoch;
    for (const optimizer of optimizersOf("LearningRateScheduler", this.model)) {
      const rate = this.schedule(epoch, rateOf(optimizer));
      if (typeof rate !== "number")
        throw new OptionError(
          `LearningRateScheduler: expected the schedule to give a number, received ${typeof rate}.`,
        );
      optimizer.learningRate = rate;
      if (this.verbose > 0)
        terminal().write(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${rate}.\n`);
    }
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logRates("LearningRateScheduler", this.model, logs);
  }
}

export type LearningRateScheduler = LearningRateSchedulerCallback;
type Arguments = InOrder<LearningRateSchedulerOptions, ["schedule", "verbose"]>;

/** Sets the learning rate at the beginning of each epoch. @see Keras `callbacks/learning_rate_scheduler.py` */
export const LearningRateScheduler: CallbackConstructor<Arguments, LearningRateScheduler> = callable<
  typeof LearningRateSchedulerCallback,
  CallbackConstructor<Arguments, LearningRateScheduler>
>(LearningRateSchedulerCallback);

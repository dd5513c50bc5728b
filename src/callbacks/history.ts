import { callable } from "../util/callable.ts";
import { CallbackBase, type CallbackConstructor } from "./callback.ts";
import type { Logs } from "./logs.ts";

/** What is in a history under one name: a number for each epoch. */
export type HistoryTable = Record<string, number[]>;

class HistoryCallback extends CallbackBase {
  /** Losses and metrics by name, one entry for each epoch. */
  readonly history: HistoryTable = {};
  /** Numbers of the epochs, from 0. */
  epoch: number[] = [];

  override onTrainBegin(): void {
    this.epoch = [];
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}

export type History = HistoryCallback;

/** Records losses and metrics; `fit` adds one and returns it. @see Keras `callbacks/history.py` */
export const History: CallbackConstructor<readonly [], History> = callable<
  typeof HistoryCallback,
  CallbackConstructor<readonly [], History>
>(HistoryCallback);

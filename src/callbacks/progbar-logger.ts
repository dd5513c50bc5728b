import { callable } from "../util/callable.ts";
import { isInteractiveLoggingEnabled } from "../util/interactive-logging.ts";
import { nowMs, terminal } from "../util/platform/index.ts";
import { CallbackBase, type CallbackConstructor, type CallbackParams } from "./callback.ts";
import type { Logs } from "./logs.ts";
import { Progbar, type ProgbarHost } from "./progbar.ts";

class ProgbarLoggerCallback extends CallbackBase {
  /** Steps done in this epoch. */
  seen = 0;
  progbar: Progbar | null = null;
  target: number | null = null;
  verbose: 0 | 1 | 2 = 1;
  epochs = 1;
  readonly #host: ProgbarHost;
  #isInFit = false;

  constructor(host: ProgbarHost = { terminal: terminal(), nowMs }) {
    super();
    this.#host = host;
  }

  override setParams(params: CallbackParams): void {
    super.setParams(params);
    // On a terminal a bar, else a line for each epoch.
    const mayDraw = this.#host.terminal.isTty && isInteractiveLoggingEnabled();
    this.verbose = params.verbose === "auto" ? (mayDraw ? 1 : 2) : params.verbose;
    this.epochs = params.epochs;
    this.target = params.steps;
  }

  override onTrainBegin(): void {
    this.#isInFit = true;
  }

  override onTrainEnd(): void {
    this.#isInFit = false;
  }

  override onTestBegin(): void {
    if (!this.#isInFit) this.#reset();
  }

  override onPredictBegin(): void {
    this.#reset();
  }

  override onEpochBegin(epoch: number): void {
    this.#reset();
    if (this.verbose !== 0 && this.epochs > 1)
      this.#host.terminal.write(`Epoch ${epoch + 1}/${this.epochs}\n`);
  }

  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#update(batch, logs);
  }

  override onTestBatchEnd(batch: number, logs: Logs): void {
    if (!this.#isInFit) this.#update(batch, logs);
  }

  override onPredictBatchEnd(batch: number): void {
    this.#update(batch, {});
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    this.#finalize(logs);
  }

  override onTestEnd(logs: Logs): void {
    if (!this.#isInFit) this.#finalize(logs);
  }

  override onPredictEnd(logs: Logs): void {
    this.#finalize(logs);
  }

  #reset(): void {
    this.seen = 0;
    this.progbar = new Progbar(this.target, { verbose: this.verbose, statelessMetrics: [] }, this.#host);
  }

  #update(batch: number, logs: Logs): void {
    this.seen = batch + 1;
    if (this.verbose === 1) this.progbar?.update(this.seen, logs, false);
  }

  #finalize(logs: Logs): void {
    const { progbar } = this;
    if (progbar === null) return;
    this.target ??= this.seen;
    progbar.target = this.target;
    progbar.update(this.target, logs, true);
  }
}

export type ProgbarLogger = ProgbarLoggerCallback;

/** Prints progress: `fit`, `evaluate` and `predict` add one unless `verbose` is 0. @see Keras `callbacks/progbar_logger.py` */
export const ProgbarLogger: CallbackConstructor<readonly [host?: ProgbarHost], ProgbarLogger> = callable<
  typeof ProgbarLoggerCallback,
  CallbackConstructor<readonly [host?: ProgbarHost], ProgbarLogger>
>(ProgbarLoggerCallback);

import { OptionError, warnOnce } from "../util/errors.ts";
import { didYouMean } from "../util/options.ts";
import { CallbackBase } from "./callback.ts";
import type { Logs } from "./logs.ts";
import { numberOrNull, recordOf } from "./state-values.ts";
import type { StateTree } from "./training-run.ts";

/** Whether small or large values are better; `"auto"`: as the metric says. */
export type MonitorMode = "auto" | "min" | "max";

/** Base of callbacks that watch one number. @see Keras `callbacks/monitor_callback.py` */
export abstract class MonitorBase extends CallbackBase {
  readonly monitor: string;
  readonly mode: MonitorMode;
  readonly minDelta: number;
  /** The best value so far. */
  best: number | null;
  #sign: 1 | -1 | null = null;
  readonly #name: string;
  /** Names of the logs that were there last. */
  #names: readonly string[] = [];

  constructor(name: string, monitor: string, mode: MonitorMode, minDelta = 0, best: number | null = null) {
    super();
    if (mode !== "auto" && mode !== "min" && mode !== "max") {
      throw new OptionError(
        `${name}: expected \`mode\` to be "auto", "min" or "max", received ${JSON.stringify(mode)}.`,
      );
    }
    this.#name = name;
    this.monitor = monitor;
    this.mode = mode;
    this.minDelta = Math.abs(minDelta);
    this.best = best;
  }

  override trainingState(): { readonly [key: string]: StateTree } {
    return { best: this.best };
  }

  override restoreTrainingState(state: StateTree): void {
    this.best = numberOrNull(recordOf(state)["best"]);
  }

  /** True when `value` is better than `reference` by more than `minDelta`. */
  protected isImprovement(value: number, reference: number | null): boolean {
    if (reference === null) return true;
    this.#sign ??= this.#findSign();
    return this.#sign === 1 ? value - this.minDelta > reference : value + this.minDelta < reference;
  }

  /** The watched number; null, with a warning, where it is not among the logs. */
  protected watched(what: string, logs: Logs): number | null {
    this.#names = Object.keys(logs);
    // Even when it is absent, an unclear direction is told at once.
    this.#sign ??= this.#findSign();
    const value = logs[this.monitor];
    if (typeof value === "number") return value;
    warnOnce(
      `${what} depends on \`${this.monitor}\`, which is not a number in the logs.${this.#known()} Pass one of them as \`monitor\`.`,
    );
    return null;
  }

  #findSign(): 1 | -1 {
    if (this.mode !== "auto") return this.mode === "max" ? 1 : -1;
    const name = this.monitor.replace(/^val_/, "");
    const direction = this.model.metrics.find((metric) => metric.name === name)?.direction ?? null;
    if (direction !== null) return direction === "up" ? 1 : -1;
    if (name === "loss" || name.endsWith("_loss")) return -1;
    // With several outputs, the log's name begins with the output's.
    const inner = this.model.metrics.find((metric) => name.endsWith(`_${metric.name}`))?.direction ?? null;
    if (inner !== null) return inner === "up" ? 1 : -1;
    throw new OptionError(
      `${this.#name}: whether large or small values of \`${this.monitor}\` are better is not known.${this.#known()} Pass mode: "max" or mode: "min", or another \`monitor\`.`,
    );
  }

  /** Where the watched name is not among those of the logs, says which there are, and the nearest. */
  #known(): string {
    const names = this.#names;
    if (names.length === 0 || names.includes(this.monitor)) return "";
    return ` There are: ${names.join(", ")}.${didYouMean(this.monitor, names, "`")}`;
  }
}

import type { NestedNumbers } from "../ops/core/tensor.ts";
import { hasNode, nowMs, type Terminal, terminal } from "../util/platform/index.ts";
import { OptionError } from "../util/errors.ts";
import { callable } from "../util/callable.ts";
import { checkOptions } from "../util/options.ts";

export interface ProgbarOptions {
  /** Width of the bar. Default 20. */
  readonly width?: number | undefined;
  /** 0: silent, 1: a bar, 2: a line at the end. Default 1. */
  readonly verbose?: 0 | 1 | 2 | undefined;
  /** Seconds between two updates of the screen at least. Default 0.05. */
  readonly interval?: number | undefined;
  /** Names shown as they are; all others are averaged. Default none. */
  readonly statefulMetrics?: readonly string[] | null | undefined;
  /** Names that are averaged; all others are shown as they are. */
  readonly statelessMetrics?: readonly string[] | null | undefined;
  /** Default `"step"`. */
  readonly unitName?: string | undefined;
}

/** Where a bar is drawn, and the clock that it reads; given by tests. */
export interface ProgbarHost {
  readonly terminal: Terminal;
  nowMs(): number;
}

const bold = (text: string): string => `\u001b[1m${text}\u001b[0m`;

class ProgbarClass {
  /** Number of steps; null while not known. */
  target: number | null;
  readonly width: number;
  readonly verbose: number;
  readonly interval: number;
  readonly unitName: string;
  readonly #isStateless: (name: string) => boolean;
  readonly #host: ProgbarHost;
  readonly #values = new Map<string, { sum: number; count: number }>();
  readonly #start: number;
  #seen = 0;
  #lastUpdate = -Infinity;
  #timeAfterFirst: number | null = null;
  #previousWidth = 0;

  constructor(
    target: number | null,
    options: ProgbarOptions = {},
    host: ProgbarHost = { terminal: terminal(), nowMs },
  ) {
    checkOptions("Progbar", options, [
      "width",
      "verbose",
      "interval",
      "statefulMetrics",
      "statelessMetrics",
      "unitName",
    ]);
    const { statefulMetrics, statelessMetrics } = options;
    const [stateful, stateless] = [statefulMetrics ?? null, statelessMetrics ?? null];
    if (stateful !== null && stateless !== null)
      throw new OptionError("Progbar: expected `statefulMetrics` or `statelessMetrics`, received both.");
    this.target = target;
    this.width = options.width ?? 20;
    this.verbose = options.verbose ?? 1;
    this.interval = options.interval ?? 0.05;
    this.unitName = options.unitName ?? "step";
    this.#isStateless =
      stateless === null
        ? (name) => !(stateful?.includes(name) ?? false)
        : (name) => stateless.includes(name);
    this.#host = host;
    this.#start = host.nowMs() / 1000;
  }

  /** Shows that `current` steps are done, with values by name. */
  update(
    current: number,
    values: Readonly<Record<string, NestedNumbers>> | readonly (readonly [string, NestedNumbers])[] = {},
    finalize?: boolean,
  ): void {
    const isLast = finalize ?? (this.target !== null && current >= this.target);
    for (const [name, value] of Array.isArray(values) ? values : Object.entries(values))
      this.#take(name, value, current, isLast);
    this.#seen = current;
    const now = this.#host.nowMs() / 1000;
    const perUnit = this.#stepSeconds(current, now);
    if (this.verbose === 1) {
      if (now - this.#lastUpdate < this.interval && !isLast) return;
      this.#draw(current, now, perUnit, isLast);
    } else if (this.verbose === 2 && isLast && this.target !== null && this.target > 0) {
      const count = `${String(current).padStart(String(this.target).length)}/${this.target}`;
      this.#host.terminal.write(
        `${count} - ${(now - this.#start).toFixed(0)}s -${this.#formatTime(perUnit)}${this.#metrics(false)}\n`,
      );
    }
    this.#lastUpdate = now;
  }

  /** Shows `n` more steps as done. */
  add(n: number, values: Readonly<Record<string, NestedNumbers>> = {}): void {
    this.update(this.#seen + n, values);
  }

  #take(name: string, given: NestedNumbers, current: number, isLast: boolean): void {
    const value = meanOf(given);
    const known = this.#values.get(name);
    if (!this.#isStateless(name) || isLast) this.#values.set(name, { sum: value, count: 1 });
    else {
      const weight = Math.max(current - this.#seen, 1);
      this.#values.set(name, {
        sum: (known?.sum ?? 0) + value * weight,
        count: (known?.count ?? 0) + weight,
      });
    }
  }

  #draw(current: number, now: number, perUnit: number, isLast: boolean): void {
    const { target, width } = this;
    let hidden = 0;
    let bar: string;
    if (target !== null && target > 0) {
      const done = Math.trunc(width * (current / target));
      bar = `${bold(`${String(current).padStart(String(target).length)}/${target}`)} `;
      hidden += 8;
      if (done > 0) {
        bar += `\u001b[32m${"━".repeat(done)}\u001b[0m`;
        hidden += 9;
      }
      bar += `\u001b[37m${"━".repeat(Math.max(0, width - done))}\u001b[0m`;
      hidden += 9;
    } else bar = `${String(current).padStart(7)}/Unknown`;
    const time =
      target !== null && target > 0 && !isLast
        ? formatEta(perUnit * (target - current))
        : `${(now - this.#start).toFixed(0)}s`;
    hidden += 8;
    const info = ` ${bold(time)}${this.#formatTime(perUnit)}${this.#metrics(true)}`;
    const total = bar.length + info.length - hidden;
    // As in Keras, a file gets carriage returns too; only a browser's console takes whole lines alone.
    const before = this.#host.terminal.isTty || hasNode() ? `${"\b".repeat(this.#previousWidth)}\r` : "\n";
    const after = " ".repeat(Math.max(0, this.#previousWidth - total)) + (isLast ? "\n" : "");
    this.#host.terminal.write(before + bar + info + after);
    this.#previousWidth = total;
  }

  #metrics(isBar: boolean): string {
    let text = "";
    for (const [name, { sum, count }] of this.#values) {
      const mean = sum / Math.max(1, count);
      text += ` - ${name}: ${(isBar ? Math.abs(mean) : mean) > 1e-3 ? mean.toFixed(4) : formatExponent(mean)}`;
    }
    return text;
  }

  #formatTime(seconds: number): string {
    if (seconds >= 1 || seconds === 0) return ` ${seconds.toFixed(0)}s/${this.unitName}`;
    if (seconds >= 1e-3) return ` ${(seconds * 1e3).toFixed(0)}ms/${this.unitName}`;
    return ` ${(seconds * 1e6).toFixed(0)}us/${this.unitName}`;
  }

  /** The first step, which compiles, does not count when there are more. */
  #stepSeconds(current: number, now: number): number {
    if (current === 0) return 0;
    const after = this.#timeAfterFirst;
    const perUnit =
      after !== null && current > 1 ? (now - after) / (current - 1) : (now - this.#start) / current;
    if (current === 1) this.#timeAfterFirst = now;
    return perUnit;
  }
}

function meanOf(value: NestedNumbers): number {
  if (typeof value === "number") return value;
  const flat = value.map(meanOf);
  return flat.reduce((sum, x) => sum + x, 0) / Math.max(1, flat.length);
}

function formatEta(seconds: number): string {
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor((seconds % 3600) / 60),
    Math.floor(seconds % 60),
  ];
  const two = (n: number): string => String(n).padStart(2, "0");
  if (seconds > 3600) return `${hours}:${two(minutes)}:${two(rest)}`;
  if (seconds > 60) return `${Math.floor(seconds / 60)}:${two(rest)}`;
  return `${Math.floor(seconds)}s`;
}

/** `4.5000e-04`, as C prints it. */
function formatExponent(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  return value.toExponential(4).replace(/e([+-])(\d)$/, "e$10$2");
}

export type Progbar = ProgbarClass;

export interface ProgbarConstructor {
  (target: number | null, options?: ProgbarOptions, host?: ProgbarHost): Progbar;
  new (target: number | null, options?: ProgbarOptions, host?: ProgbarHost): Progbar;
}

/**
 * A progress bar.
 *
 * @param target - Number of steps; null while not known.
 * @see Keras `utils/progbar.py`
 */
export const Progbar: ProgbarConstructor = callable<typeof ProgbarClass, ProgbarConstructor>(ProgbarClass);

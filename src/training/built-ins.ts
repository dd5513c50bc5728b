import { commonLoss, isCrossentropyChoice } from "../losses/choose.ts";
import type { Loss } from "../losses/loss.ts";
import type { LossLike } from "../losses/loss-function-wrapper.ts";
import { commonMetric, isCommonMetric, isMetricChoice } from "../metrics/choose.ts";
import type { MetricBase } from "../metrics/metric.ts";
import type { MetricFunction } from "../metrics/wrapper-base.ts";
import { AntlerError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";

type Losses = typeof import("../losses/registry.ts");
type Metrics = typeof import("../metrics/registry.ts");

/** What a model was compiled with, in which names are looked for. */
interface Requested {
  readonly loss: unknown;
  readonly metrics: readonly unknown[];
}

/**
 * The losses and metrics that a model's compilation names. The common ones are at hand; the registries of all are
 * loaded when another is named, before the first step is traced, so that pages do not carry what they do not use.
 */
export class BuiltIns {
  readonly #needsLosses: boolean;
  readonly #needsMetrics: boolean;
  #losses: Losses | null = null;
  #metrics: Metrics | null = null;

  constructor({ loss, metrics }: Requested) {
    this.#needsLosses = namesIn(loss).some(
      (name) => !isCrossentropyChoice(name) && commonLoss(name) === null,
    );
    this.#needsMetrics = namesIn(metrics).some((name) => !isMetricChoice(name) && !isCommonMetric(name));
  }

  /** Loads what is named and not at hand; null when nothing is missing. */
  load(): Promise<void> | null {
    const isComplete =
      (!this.#needsLosses || this.#losses !== null) && (!this.#needsMetrics || this.#metrics !== null);
    return isComplete ? null : this.#load();
  }

  async #load(): Promise<void> {
    const [losses, metrics] = await Promise.all([
      this.#needsLosses ? import("../losses/registry.ts") : null,
      this.#needsMetrics ? import("../metrics/registry.ts") : null,
    ]);
    this.#losses = losses;
    this.#metrics = metrics;
  }

  /** The loss of a name. */
  readonly loss = (name: string): LossLike | Loss =>
    commonLoss(name) ?? this.#loaded("loss", name, this.#losses).get(name);

  /** The metric of a name, newly made. */
  readonly metric = (name: string): MetricBase | MetricFunction =>
    commonMetric(name) ?? this.#loaded("metric", name, this.#metrics).get(name);

  #loaded<T>(kind: string, name: string, registry: T | null): T {
    if (registry !== null) return registry;
    throw new AntlerError(
      `compile: the ${kind} "${name}" is loaded by the first fit, evaluate, trainOnBatch or testOnBatch, and was needed before. Give compile the object instead of its name.`,
    );
  }
}

/** The strings in a structure of arrays and objects. */
function namesIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  return isPlainObject(value) ? Object.values(value).flatMap(namesIn) : [];
}

import { commonLoss, isCrossentropyChoice } from "../losses/choose.ts";
import type { Loss } from "../losses/loss.ts";
import type { LossLike } from "../losses/loss-function-wrapper.ts";
import { commonMetric, isCommonMetric, isMetricChoice } from "../metrics/choose.ts";
import type { MetricBase } from "../metrics/metric.ts";
import type { MetricFunction } from "../metrics/wrapper-base.ts";
import { provideOptimizers } from "../optimizers/choose.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { AntlerError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";

type AllNames = Pick<typeof import("./on-demand.ts"), "lossNamed" | "metricNamed">;

/** What a model was compiled with, in which names are looked for. */
interface Requested {
  /** The optimizer; undefined while it is to be loaded. */
  readonly optimizer: () => Optimizer | null | undefined;
  readonly loss: unknown;
  readonly metrics: readonly unknown[];
}

/**
 * The optimizer, the losses and the metrics that a model's compilation names. The common ones are at hand; all of them
 * are loaded when another is named, before the first step is traced, so that pages do not carry what they do not use.
 */
export class BuiltIns {
  readonly #requested: Requested;
  readonly #hasAllNames: boolean;
  #optimizer: Optimizer | null | undefined;
  #all: AllNames | null = null;

  constructor(requested: Requested) {
    const { optimizer, loss, metrics } = requested;
    this.#requested = requested;
    this.#optimizer = optimizer();
    this.#hasAllNames =
      namesIn(loss).every((name) => isCrossentropyChoice(name) || commonLoss(name) !== null) &&
      namesIn(metrics).every((name) => isMetricChoice(name) || isCommonMetric(name));
  }

  /** Loads what is named and not at hand; null when nothing is missing. */
  load(): Promise<void> | null {
    const isComplete = this.#optimizer !== undefined && (this.#hasAllNames || this.#all !== null);
    return isComplete ? null : this.#load();
  }

  async #load(): Promise<void> {
    // Taken apart at once, which tells bundlers what of the file is used.
    const { lossNamed, metricNamed, namedOptimizers } = await import("./on-demand.ts");
    this.#all = { lossNamed, metricNamed };
    provideOptimizers(namedOptimizers);
    this.#optimizer ??= this.#requested.optimizer();
  }

  /** The optimizer; null for a model that is only evaluated. */
  get optimizer(): Optimizer | null {
    // Another model, or what writes files, may have loaded it meanwhile.
    if (this.#optimizer === undefined) this.#optimizer = this.#requested.optimizer();
    if (this.#optimizer === undefined) throw notLoaded("optimizer");
    return this.#optimizer;
  }

  /** The loss of a name. */
  readonly loss = (name: string): LossLike | Loss =>
    commonLoss(name) ?? this.#loaded("loss", name).lossNamed(name);

  /** The metric of a name, newly made. */
  readonly metric = (name: string): MetricBase | MetricFunction =>
    commonMetric(name) ?? this.#loaded("metric", name).metricNamed(name);

  #loaded(kind: string, name: string): AllNames {
    if (this.#all === null) throw notLoaded(`${kind} "${name}"`);
    return this.#all;
  }
}

function notLoaded(what: string): AntlerError {
  return new AntlerError(
    `compile: the ${what} is loaded by the first fit, evaluate, trainOnBatch or testOnBatch, and was needed before. Give compile the object instead of its name.`,
  );
}

/** The strings in a structure of arrays and objects. */
function namesIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  return isPlainObject(value) ? Object.values(value).flatMap(namesIn) : [];
}

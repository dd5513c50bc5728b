import { type Weighting, weightOf } from "../losses/loss.ts";
import { MetricBase, type MetricResult } from "../metrics/metric.ts";
import type { Operand } from "../ops/core/signatures.ts";
import { type MetricIdentifier, type MetricLookup, resolveMetric } from "../metrics/choose.ts";
import { formatShape } from "../ir/shape.ts";
import { outsideTrace } from "../ops/core/scope.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { Value } from "../ops/core/value.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { flatten } from "../util/tree.ts";
import { checkOutputNames } from "./loss-plan.ts";
import { resultOf, updateMetric } from "./metric-access.ts";
import type { StepLogs } from "./trainable.ts";

export interface MetricRequest {
  readonly metrics: unknown;
  readonly weightedMetrics: unknown;
  readonly outputNames: readonly string[] | null;
  /** What names stand for. */
  readonly lookup: MetricLookup;
}

/** The metrics of one output; null where it has none. */
interface OutputMetrics {
  readonly outputName: string | null;
  readonly metrics: readonly MetricBase[];
}

type PerOutput = readonly (OutputMetrics | null)[];

interface Plan {
  readonly metrics: PerOutput;
  readonly weighted: PerOutput;
  /** Keys of object outputs in the order of the metrics; null where outputs are taken as they come. */
  readonly order: readonly string[] | null;
}

/**
 * The metrics of a compiled model: for each output its own.
 *
 * @see Keras `trainers/compile_utils.py` `CompileMetrics`
 */
export class CompileMetrics {
  readonly name = "compile_metrics";
  readonly #request: MetricRequest;
  #plan: Plan | null = null;

  constructor(request: MetricRequest) {
    this.#request = request;
  }

  /** All metrics, unweighted first. */
  get metrics(): MetricBase[] {
    if (this.#plan === null) return [];
    return [...this.#plan.metrics, ...this.#plan.weighted].flatMap((group) => group?.metrics ?? []);
  }

  /** The metrics as training steps of one's own see them: before the first batch has told what they are, one for all. */
  get tracked(): MetricBase[] {
    return this.#plan === null ? [new PendingMetrics(this)] : this.metrics;
  }

  updateState(yTrue: unknown, yPred: unknown, sampleWeight: unknown): void {
    const plan = (this.#plan ??= outsideTrace(() => this.#build(yTrue, yPred)));
    const targets = inOrder(plan, yTrue);
    const outputs = inOrder(plan, yPred);
    plan.metrics.forEach((group, i) => update(group, targets[i], outputs[i], null));
    const weights = sampleWeight === null || sampleWeight === undefined ? [] : inOrder(plan, sampleWeight);
    plan.weighted.forEach((group, i) =>
      update(
        group,
        targets[i],
        outputs[i],
        (weights.length < targets.length ? weights[0] : weights[i]) ?? null,
      ),
    );
  }

  /** Results by name: `accuracy`, or with several outputs `priority_accuracy`. */
  result(): StepLogs {
    const results: Record<string, StepLogs[string]> = {};
    const counts = new Map<string, number>();
    const unique = (name: string): string => {
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      return count === 0 ? name : `${name}_${count}`;
    };
    const { metrics, weighted } = this.#plan ?? { metrics: [], weighted: [] };
    for (const group of metrics) {
      for (const metric of group?.metrics ?? [])
        results[unique(prefixed(group, metric.name))] = resultOf(metric);
    }
    for (const group of weighted) {
      for (const metric of group?.metrics ?? []) {
        const name = prefixed(group, metric.name);
        results[unique(counts.has(name) ? prefixed(group, `weighted_${metric.name}`) : name)] =
          resultOf(metric);
      }
    }
    return results;
  }

  #build(yTrue: unknown, yPred: unknown): Plan {
    const outputs = flatten<unknown>(yPred);
    const isFlat =
      (Array.isArray(yPred) || isPlainObject(yPred)) && Object.keys(yPred).length === outputs.length;
    let names = this.#request.outputNames;
    if (isFlat && isPlainObject(yPred)) {
      const keys = Object.keys(yPred).sort();
      const isMatch =
        names !== null && names.length === keys.length && keys.every((key) => names?.includes(key));
      if (!isMatch) names = keys;
    }
    const order = outputs.length > 1 && isFlat ? names : null;
    const { lookup } = this.#request;
    const context = { yTrue, yPred, names, isFlat, order, lookup };
    return {
      metrics: metricsOf("metrics", this.#request.metrics, context),
      weighted: metricsOf("weightedMetrics", this.#request.weightedMetrics, context),
      order,
    };
  }
}

/** Stands for compiled metrics that are not made yet; updating it makes them. */
class PendingMetrics extends MetricBase {
  readonly #pending: CompileMetrics;

  constructor(pending: CompileMetrics) {
    super({ name: pending.name });
    this.#pending = pending;
  }

  override updateState(yTrue: Operand, yPred?: Operand | Weighting, weighting?: Weighting): void {
    this.#pending.updateState(yTrue, yPred, weightOf(weighting));
  }

  override result(): MetricResult {
    return this.#pending.result() as MetricResult; // SAFETY: of metrics with one result each, tensors by name
  }
}

function prefixed(group: OutputMetrics | null, name: string): string {
  const output = group?.outputName ?? null;
  return output === null ? name : `${output}_${name}`;
}

function update(group: OutputMetrics | null, yTrue: unknown, yPred: unknown, sampleWeight: unknown): void {
  if (group === null) return;
  // SAFETY: the flat leaves of targets and outputs are tensors.
  for (const metric of group.metrics) {
    try {
      updateMetric(metric, yTrue as Tensor, yPred as Tensor, sampleWeight as Tensor | null);
    } catch (error) {
      if (error instanceof ShapeError && yTrue instanceof Value && yPred instanceof Value) {
        const shapes = `truth ${formatShape(yTrue.shape)}, predictions ${formatShape(yPred.shape)}`;
        error.reword(`the metric ${metric.name}, ${shapes}: ${error.message}`);
      }
      throw error;
    }
  }
}

function inOrder({ order }: { readonly order: readonly string[] | null }, y: unknown): unknown[] {
  return isPlainObject(y) && order !== null ? order.map((name) => y[name]) : flatten<unknown>(y);
}

interface BuildContext {
  readonly yTrue: unknown;
  readonly yPred: unknown;
  readonly names: readonly string[] | null;
  readonly isFlat: boolean;
  readonly order: readonly string[] | null;
  readonly lookup: MetricLookup;
}

function metricsOf(
  what: string,
  given: unknown,
  { yTrue, yPred, names, isFlat, order, lookup }: BuildContext,
): PerOutput {
  const count = flatten<unknown>(yPred).length;
  const isEmpty =
    given === null || given === undefined || (typeof given === "object" && Object.keys(given).length === 0);
  if (isEmpty) return Array.from({ length: count }, () => null);
  const targets = inOrder({ order }, yTrue);
  const outputs = inOrder({ order }, yPred);
  const make = (list: unknown, i: number, name: string | null): OutputMetrics | null => {
    if (list === null || list === undefined) return null;
    const identifiers = Array.isArray(list) ? list : [list];
    // SAFETY: the flat leaves of targets and outputs are tensors.
    const [target, output] = [targets[i] as Tensor, outputs[i] as Tensor];
    const resolve = (identifier: unknown): MetricBase =>
      resolveMetric(identifier as MetricIdentifier, target.dims, output.dims, lookup); // SAFETY: resolveMetric checks names
    return { outputName: name, metrics: identifiers.map(resolve) };
  };
  if (isPlainObject(given)) checkOutputNames(`compile: \`${what}\``, Object.keys(given), names);
  if (count === 1) return [make(flatten<unknown>(given), 0, null)];
  if (isFlat && Array.isArray(given) && given.length === count)
    return given.map((list, i) => make(list, i, names?.[i] ?? null));
  if (isPlainObject(given) && names !== null) return names.map((name, i) => make(given[name], i, name));
  throw new OptionError(
    `compile: expected \`${what}\` with one entry for each of the model's ${count} outputs${names === null ? "" : ` (${names.join(", ")})`}, received ${Array.isArray(given) ? `${given.length} entries` : "one"}.`,
  );
}

import { LossBase } from "../losses/loss.ts";
import { isLossFunction } from "../losses/define.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { type Direction, type MetricCall, type MetricOptions } from "./metric.ts";
import { type MetricFunction, WrapperBase } from "./wrapper-base.ts";

class MeanMetricWrapperMetric extends WrapperBase {
  static readonly className = "MeanMetricWrapper";
  static override readonly parameters: ParameterTable = { fn: required, name: null, dtype: null };
  override readonly direction: Direction;

  constructor(...args: readonly unknown[]) {
    const last = args.at(-1);
    const given = isPlainObject(last) ? last : {};
    const known = Object.keys(MeanMetricWrapperMetric.parameters);
    const options = Object.fromEntries(Object.entries(given).filter(([name]) => !known.includes(name)));
    const base = Object.fromEntries(Object.entries(given).filter(([name]) => known.includes(name)));
    const bound = bindParameters<MetricOptions & { readonly fn: unknown }>(
      "MeanMetricWrapper",
      MeanMetricWrapperMetric.parameters,
      isPlainObject(last) ? [...args.slice(0, -1), base] : args,
      [],
    );
    const fn = functionOf(bound.fn);
    super(fn, bound, options);
    this.direction = fn instanceof LossBase || isLossFunction(fn) ? "down" : null;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), fn: this.fn, ...this.options };
  }
}

export interface MeanMetricWrapper extends MeanMetricWrapperMetric, MetricCall {}

function functionOf(fn: unknown): MetricFunction {
  if (typeof fn === "function") return fn as MetricFunction; // SAFETY: a function of truth and predictions
  throw new OptionError(
    `MeanMetricWrapper: expected \`fn\` to be a function, received ${JSON.stringify(fn)}.`,
  );
}

/** Options of the metric, and of its function. */
interface OpenOptions extends MetricOptions {
  readonly [option: string]: unknown;
}

type WrapperArguments =
  | readonly [options: OpenOptions & { readonly fn: MetricFunction }]
  | readonly [fn: MetricFunction, options?: OpenOptions]
  | readonly [fn: MetricFunction, name: string | null, options?: OpenOptions];

export interface MeanMetricWrapperConstructor {
  (...args: WrapperArguments): MeanMetricWrapper;
  new (...args: WrapperArguments): MeanMetricWrapper;
  readonly className: string;
  readonly parameters: ParameterTable;
  fromConfig(config: Readonly<Record<string, unknown>>): MeanMetricWrapper;
}

/**
 * The mean of a function of truth and predictions; further options go to the function.
 *
 * @see Keras `metrics/reduction_metrics.py`
 */
export const MeanMetricWrapper: MeanMetricWrapperConstructor = callable<
  typeof MeanMetricWrapperMetric,
  MeanMetricWrapperConstructor
>(MeanMetricWrapperMetric);

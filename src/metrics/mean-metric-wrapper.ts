import { maskOf } from "../graph/masks.ts";
import { Value } from "../ops/core/value.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { LossBase, toDType } from "../losses/loss.ts";
import { type LossFunction, isLossFunction } from "../losses/define.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { MeanBase } from "./mean.ts";
import {
  type Direction,
  type MetricCall,
  type MetricConstructor,
  type MetricOptions,
  weightOf,
  type Weighting,
} from "./metric.ts";
import { masked } from "./samplewise.ts";

/** Values of samples: a function of the truth and the predictions. */
export type MetricFunction =
  | ((yTrue: never, yPred: never, ...rest: never[]) => unknown)
  | LossFunction<never>;

/** The mean of a function of truth and predictions. */
export abstract class WrapperBase extends MeanBase {
  /** The function. */
  readonly fn: MetricFunction;
  /** Its options. */
  readonly options: Readonly<Record<string, unknown>>;

  constructor(fn: MetricFunction, base: MetricOptions, options: Readonly<Record<string, unknown>>) {
    super(base);
    this.fn = fn;
    this.options = options;
  }

  override updateState(yTrue: Operand, yPred: Operand, weighting: Weighting = null): void {
    const mask = yPred instanceof Value ? (maskOf(yPred) as Tensor | null) : null; // SAFETY: the mask of a tensor is a tensor
    const rest = Object.keys(this.options).length === 0 ? [] : [this.options];
    // SAFETY: the function is one of truth, predictions and options; it gives tensors.
    const values = Reflect.apply(this.fn, undefined, [yTrue, yPred, ...rest]);
    const weight = weightOf(weighting);
    this.take(values, masked(weight === null ? null : toDType(weight, this.dtype), mask, this.dtype));
  }
}

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
    const bound = bindParameters<MetricOptions & { readonly fn: MetricFunction }>(
      "MeanMetricWrapper",
      MeanMetricWrapperMetric.parameters,
      isPlainObject(last) ? [...args.slice(0, -1), base] : args,
      [],
    );
    if (typeof bound.fn !== "function")
      throw new OptionError(
        `MeanMetricWrapper: expected \`fn\` to be a function, received ${JSON.stringify(bound.fn)}.`,
      );
    super(bound.fn, bound, options);
    this.direction = bound.fn instanceof LossBase || isLossFunction(bound.fn) ? "down" : null;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), fn: this.fn, ...this.options };
  }
}

export interface MeanMetricWrapper extends MeanMetricWrapperMetric, MetricCall {}

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

/** A metric that is the mean of a built-in function. */
export interface FunctionMetric extends WrapperBase, MetricCall {}

/**
 * Makes the class of the mean of a function: its constructor takes the function's options, a name and a dtype.
 *
 * @param leftOut - Options that a configuration has only where they differ from their defaults.
 */
export function functionMetric<P extends readonly object[]>(
  className: string,
  f: LossFunction<never>,
  parameters: ParameterTable,
  direction: Direction,
  leftOut: readonly string[] = [],
): MetricConstructor<P, FunctionMetric> {
  class FunctionMetricClass extends WrapperBase {
    static readonly className = className;
    static override readonly parameters: ParameterTable = parameters;
    override readonly direction: Direction = direction;

    constructor(...args: readonly unknown[]) {
      const { name, dtype, ...options } = bindParameters<Record<string, unknown>>(
        className,
        parameters,
        args,
        [],
      );
      super(f, { name, dtype } as MetricOptions, options); // SAFETY: names of the table
    }

    override getConfig(): Record<string, unknown> {
      const own = Object.entries(this.options).filter(
        ([name, value]) => !(leftOut.includes(name) && value === parameters[name]),
      );
      return { ...super.getConfig(), ...Object.fromEntries(own) };
    }
  }
  // SAFETY: P types the table.
  return callable<typeof FunctionMetricClass, MetricConstructor<P, FunctionMetric>>(FunctionMetricClass);
}

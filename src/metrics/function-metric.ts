import { type LossFunction } from "../losses/define.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type Direction, type MetricCall, type MetricConstructor, type MetricOptions } from "./metric.ts";
import { WrapperBase } from "./wrapper-base.ts";

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

import { type DTypePolicy, floatx, toPolicy } from "../graph/dtype-policy.ts";
import { classNameOf } from "../graph/layer-base.ts";
import { autoName, withNameScope } from "../graph/naming.ts";
import { findParts } from "../graph/tracking.ts";
import { Variable } from "../graph/variable.ts";
import { get as getInitializer } from "../initializers/index.ts";
import type { InitializerLike } from "../initializers/initializer.ts";
import { allocate, type DType } from "../ir/dtypes.ts";
import { sizeOf } from "../ir/shape.ts";
import type { LossCallOptions as UpdateOptions, Weighting } from "../losses/loss.ts";
import { outsideTrace } from "../ops/core/scope.ts";
import type { Operand, Rest } from "../ops/core/signatures.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { Callable, callable } from "../util/callable.ts";
import { constructFrom } from "../util/construct.ts";
import { bindArguments } from "../util/options.ts";
import type { ParameterTable } from "../util/parameters.ts";

export { weightOf } from "../losses/loss.ts";
export type { UpdateOptions, Weighting };

/** Options that every metric takes. */
export interface MetricOptions {
  /** Default: the class's name in snake_case. */
  readonly name?: string | null | undefined;
  /** Dtype of the state and the result. Default float32. */
  readonly dtype?: DType | DTypePolicy | null | undefined;
}

/** Options of a variable of a metric's state. */
export interface StateOptions {
  /** Default `[]`. */
  readonly shape?: readonly number[] | undefined;
  /** Default `"zeros"`. */
  readonly initializer?: InitializerLike | undefined;
  /** Default: the metric's. */
  readonly dtype?: DType | undefined;
  readonly name?: string | undefined;
}

type StateArguments = readonly [
  (StateOptions | readonly number[])?,
  ...(StateOptions | StateOptions[keyof StateOptions])[],
];

/** What a metric gives: a tensor, or several by name. */
export type MetricResult = Tensor | Readonly<Record<string, Tensor>>;

/** Whether larger values of a metric are better. */
export type Direction = "up" | "down" | null;

/**
 * Base of all metrics: numbers gathered over batches.
 *
 * A custom metric extends it, makes its state with `addVariable`, changes it in `updateState(yTrue, yPred,
 * { sampleWeight })` and computes in `result()`, all with ops: updates become part of compiled steps.
 *
 * @see Keras `metrics/metric.py`
 */
export abstract class MetricBase extends Callable {
  /** Where Keras has the built-in ones. */
  static readonly module: string = "keras.metrics";
  static readonly parameters: ParameterTable = { dtype: null, name: null };

  /** Under which the result stands in logs. */
  name: string;
  readonly dtype: DType;
  /** Whether callbacks are to look for large or small values; null: unknown. */
  readonly direction: Direction = null;
  readonly #variables: Variable[] = [];

  constructor(options: MetricOptions = {}) {
    super();
    this.name = options.name ?? autoName(classNameOf(new.target));
    this.dtype = toPolicy(options.dtype ?? floatx()).computeDtype;
  }

  /** The class's name in Keras, as it stands in files. */
  get className(): string {
    return classNameOf(this.constructor);
  }

  /** Takes in a batch. */
  abstract updateState(yTrue: Operand, yPred?: Operand | Weighting, weighting?: Weighting): void;

  /** The metric of all batches since the last reset. */
  abstract result(): MetricResult;

  /** Forgets all batches. */
  resetState(): void {
    for (const variable of this.variables) variable.assign(zerosFor(variable));
  }

  /** Takes in a batch and gives the result: `metric(yTrue, yPred)`. */
  override invoke(yTrue: Operand, yPred?: Operand | Weighting, weighting?: Weighting): MetricResult {
    this.updateState(yTrue, yPred, weighting);
    return this.result();
  }

  /** The state: the metric's own variables, then those of metrics in its fields. */
  get variables(): readonly Variable[] {
    return [...this.#variables, ...findParts(this, isMetric).flatMap(({ value }) => value.variables)];
  }

  /**
   * Makes a variable of the metric's state, of options or of a shape, an initializer and options.
   *
   * @throws {OptionError} for unknown options.
   */
  addVariable(...args: StateArguments): Variable {
    const names = ["shape", "initializer", "dtype", "name"];
    const options: StateOptions = bindArguments(`${this.name}: addVariable`, names, args);
    const { shape = [], initializer = "zeros", dtype = this.dtype, name } = options;
    const value = outsideTrace(() => getInitializer(initializer)(shape, { dtype }));
    const variable = withNameScope(
      this.name.replaceAll("/", ">"),
      () => new Variable(value, { dtype, trainable: false, autocast: false, name }),
    );
    this.#variables.push(variable);
    return variable;
  }

  /** `addVariable` under the name that layers have for it. */
  addWeight(...args: StateArguments): Variable {
    return this.addVariable(...args);
  }

  /** The constructor's arguments, from which `fromConfig` makes an equal metric. */
  getConfig(): Record<string, unknown> {
    return { name: this.name, dtype: this.dtype };
  }

  /** A new metric with the given configuration. */
  static fromConfig(config: Readonly<Record<string, unknown>>): MetricBase {
    return constructFrom(this, config) as MetricBase; // SAFETY: called on a class of metrics
  }

  override toString(): string {
    return `<${this.className} name=${this.name}>`;
  }
}

export function isMetric(value: unknown): value is MetricBase {
  return value instanceof MetricBase;
}

function zerosFor({ shape, dtype }: Variable): Tensor {
  return Tensor.fromData(allocate(dtype, sizeOf(shape)), shape, dtype);
}

/** Updates and calls of metrics of predictions. */
export interface MetricCall {
  (yTrue: Operand, yPred: Operand, weighting?: Weighting): Tensor;
}

/** A metric of whatever class. */
export type Metric = MetricBase;

/** A metric's class: arguments P in Keras's order, instances T. */
export interface MetricConstructor<P extends readonly object[], T extends MetricBase> {
  (...args: Rest<P>): T;
  new (...args: Rest<P>): T;
  readonly className: string;
  readonly parameters: ParameterTable;
  fromConfig(config: Readonly<Record<string, unknown>>): T;
}

/** Arguments `name` and `dtype`. */
export type NameAndDType = [
  { readonly name?: string | null },
  { readonly dtype?: DType | DTypePolicy | null },
];

type CalledMetric = MetricBase &
  ((yTrue: Operand, yPred?: Operand | Weighting, weighting?: Weighting) => MetricResult);

export interface MetricBaseConstructor {
  (options?: MetricOptions): CalledMetric;
  new (options?: MetricOptions): CalledMetric;
  fromConfig(config: Readonly<Record<string, unknown>>): MetricBase;
}

/** The class that custom metrics extend; see `MetricBase` for its members. */
export const Metric: MetricBaseConstructor = callable<typeof MetricBase, MetricBaseConstructor>(MetricBase);

import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { Variable } from "../../graph/variable.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule, Shape } from "../../ir/shape-types/index.ts";
import { formatShape, normalizeAxis, sameShape } from "../../ir/shape.ts";
import { add, divide, maximum, multiply, subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { type NestedArray, type TensorInput, makeTensor, toValue } from "../../ops/core/convert.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { zerosLike } from "../../ops/creation.ts";
import { moments } from "../../ops/reductions.ts";
import { reshape } from "../../ops/shape.ts";
import { sqrt, square } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { DataError, OptionError, ShapeError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { adaptTo } from "../adapt.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface NormalizationOptions<D extends DType = DType> extends LayerOptions<D> {
  /** The axis or axes that keep their own statistics; null: one mean and variance for all. Default −1. */
  readonly axis?: number | readonly number[] | null | undefined;
  /** Known statistics, in place of `adapt`: a number, or nested numbers along the axes. */
  readonly mean?: NestedArray | null | undefined;
  readonly variance?: NestedArray | null | undefined;
  /** Whether values are taken back to the data's scale instead. Default false. */
  readonly invert?: boolean | undefined;
}

class NormalizationLayer extends LayerBase {
  static readonly className = "Normalization";
  static readonly parameters: ParameterTable = { axis: -1, mean: null, variance: null, invert: false };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly axis: readonly number[];
  readonly inputMean: NestedArray | null;
  readonly inputVariance: NestedArray | null;
  readonly invert: boolean;
  declare adaptMean: Variable | null;
  declare adaptVariance: Variable | null;
  declare count: Variable | null;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<NormalizationOptions>("Normalization", NormalizationLayer.parameters, args);
    super(given);
    const { axis } = given;
    this.axis = axis === null || axis === undefined ? [] : typeof axis === "number" ? [axis] : axis;
    this.inputMean = given.mean ?? null;
    this.inputVariance = given.variance ?? null;
    this.invert = given.invert ?? false;
    this.supportsMasking = true;
    if ((this.inputMean === null) !== (this.inputVariance === null)) {
      throw new OptionError(
        "Normalization: expected both `mean` and `variance`, or neither, received one of them.",
      );
    }
    if (this.inputMean !== null && this.inputVariance !== null) {
      const [mean, variance] = [makeTensor(this.inputMean).shape, makeTensor(this.inputVariance).shape];
      if (!sameShape(mean, variance) || mean.length > this.axis.length) {
        throw new ShapeError(
          `Normalization: expected \`mean\` and \`variance\` of one shape with at most ${this.axis.length} axes, received ${formatShape(mean)} and ${formatShape(variance)}.`,
        );
      }
    }
  }

  override build(inputShape: Shape): void {
    const shape = this.#keptAxes(inputShape.length).map((axis) => inputShape[axis] ?? null);
    if (shape.includes(null)) {
      throw new ShapeError(
        `${this.where}: expected known sizes on the axes ${JSON.stringify(this.axis)}, received ${formatShape(inputShape)}.`,
      );
    }
    const isGiven = this.inputMean !== null;
    this.adaptMean = isGiven
      ? null
      : this.addWeight({ name: "mean", shape, initializer: "zeros", trainable: false });
    this.adaptVariance = isGiven
      ? null
      : this.addWeight({ name: "variance", shape, initializer: "ones", trainable: false });
    this.count = isGiven
      ? null
      : this.addWeight({ name: "count", dtype: "int32", initializer: "zeros", trainable: false });
  }

  /** The mean in use; null before the layer is built. */
  get mean(): Tensor | null {
    return this.inputMean === null ? (this.adaptMean?.value ?? null) : makeTensor(this.inputMean);
  }

  /** The variance in use; null before the layer is built. */
  get variance(): Tensor | null {
    return this.inputVariance === null ? (this.adaptVariance?.value ?? null) : makeTensor(this.inputVariance);
  }

  override call(given: Tensor): Tensor {
    const inputs: Tensor = cast(given, this.computeDtype);
    const mean = this.#along(inputs.dims, this.adaptMean, this.inputMean);
    const variance = this.#along(inputs.dims, this.adaptVariance, this.inputVariance);
    const deviation: Tensor = maximum(sqrt(variance), 1e-7);
    return this.invert ? add(mean, multiply(inputs, deviation)) : divide(subtract(inputs, mean), deviation);
  }

  /**
   * Takes mean and variance from data: one tensor, or an iterable of batches (`x`, or `[x, y]`).
   *
   * @returns For a `Dataset` of batches, a promise to be awaited.
   * @throws {ShapeError} when the data do not fit the shape the layer was built for.
   */
  adapt(data: AsyncIterable<unknown>): Promise<void>;
  adapt(data: TensorInput | Iterable<unknown>): void;
  adapt(data: AsyncIterable<unknown> | TensorInput | Iterable<unknown>): Promise<void> | void {
    let total: Statistics | null = null;
    return adaptTo(
      isListOfTensors(data) ? data.values() : data,
      (batch) => {
        total = joined(total, this.#statisticsOf(inputsOf(batch)));
      },
      () => {
        if (total === null)
          throw new DataError(`${this.where}: adapt was given no data. Give it at least one batch.`);
        this.adaptMean?.assign(total.mean);
        this.adaptVariance?.assign(total.variance);
      },
    );
  }

  #statisticsOf(batch: Tensor): Statistics {
    const x: Tensor = cast(batch, this.computeDtype);
    this.ensureBuilt([[null, ...x.dims.slice(1)]]);
    const kept = this.#keptAxes(x.dims.length);
    const axes = x.dims.map((_, axis) => axis).filter((axis) => !kept.includes(axis));
    const size = kept.map((axis) => x.dims[axis] ?? 1);
    if (this.adaptMean === null)
      throw new OptionError(
        `${this.where}: expected to learn mean and variance, but they were given to the constructor.`,
      );
    if (!sameShape(size, this.adaptMean.shape)) {
      throw new ShapeError(
        `${this.where}: expected data of size ${formatShape(this.adaptMean.shape)} on the axes ${JSON.stringify(this.axis)}, received ${formatShape(x.shape)}.`,
      );
    }
    const [mean, variance] = axes.length === 0 ? [x, zerosLike(x)] : moments(x, axes);
    return { mean, variance, count: axes.reduce((count, axis) => count * (x.dims[axis] ?? 1), 1) };
  }

  override getConfig(): Record<string, unknown> {
    const { inputMean: mean, inputVariance: variance } = this;
    return { ...super.getConfig(), mean, variance };
  }

  /** Axes from the front, sorted. */
  #keptAxes(rank: number): readonly number[] {
    return this.axis.map((axis) => normalizeAxis(axis, rank, this.where)).toSorted((a, b) => a - b);
  }

  /** A statistic in a shape that broadcasts against the input. */
  #along(dims: readonly number[], learnt: Variable | null, given: NestedArray | null): Tensor {
    const value: Tensor = cast(learnt?.value ?? makeTensor(given ?? 0), this.computeDtype);
    const shape = dims.map(() => 1);
    const kept = this.#keptAxes(dims.length);
    value.dims.toReversed().forEach((dim, i) => {
      shape[kept.at(-1 - i) ?? 0] = dim;
    });
    return reshape(value, shape);
  }
}

interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly count: number;
}

/** Mean and variance of two sets of data together. */
function joined(a: Statistics | null, b: Statistics): Statistics {
  if (a === null) return b;
  const count = a.count + b.count;
  const [wa, wb] = [a.count / count, b.count / count];
  const mean: Tensor = add(multiply(a.mean, wa), multiply(b.mean, wb));
  const spread = (s: Statistics): Tensor => add(s.variance, square(subtract(s.mean, mean)));
  return { mean, variance: add(multiply(spread(a), wa), multiply(spread(b), wb)), count };
}

/** Whether data are a list of batches, rather than nested numbers. */
function isListOfTensors(data: unknown): data is readonly unknown[] {
  return (
    Array.isArray(data) &&
    data.some((item) => item instanceof Tensor || (Array.isArray(item) && item[0] instanceof Tensor))
  );
}

/** The inputs of a batch: `x`, or the first of `[x, y]`. */
function inputsOf(batch: unknown): Tensor {
  const x: unknown = Array.isArray(batch) && batch[0] instanceof Tensor ? batch[0] : batch;
  return toValue(x as TensorInput) as Tensor; // SAFETY: toValue checks it; data are never symbolic
}

export interface Normalization<D extends DType = DType> extends NormalizationLayer, LayerCall<SameRule<D>> {}

interface NormalizationKind extends LayerKind {
  readonly layer: Normalization<DTypeIn<this>>;
}

export interface NormalizationConstructor extends LayerConstructor<
  NormalizationKind,
  NormalizationOptions,
  [axis: "axis", mean: "mean", variance: "variance", invert: "invert"]
> {}

/**
 * Brings data to mean 0 and variance 1, with statistics that are learnt by `adapt(data)` or given.
 *
 * Shapes: input `[batch, …]` → the same.
 *
 * @throws {OptionError} when only one of `mean` and `variance` is given.
 * @throws {ShapeError} when an axis that keeps its own statistics is unknown.
 * @see Keras `layers/preprocessing/normalization.py`
 */
export const Normalization: NormalizationConstructor = callable<
  typeof NormalizationLayer,
  NormalizationConstructor
>(NormalizationLayer);

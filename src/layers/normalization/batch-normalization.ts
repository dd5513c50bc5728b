import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer } from "../../initializers/index.ts";
import type { Initializer, InitializerLike } from "../../initializers/initializer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule, Shape } from "../../ir/shape-types/index.ts";
import { formatShape, normalizeAxis } from "../../ir/shape.ts";
import { add, divide, subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { batchNormalization } from "../../ops/normalization.ts";
import { moments, sum } from "../../ops/reductions.ts";
import { broadcastTo, expandDims, reshape } from "../../ops/shape.ts";
import { square } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { ShapeError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { AffineLayer, type AffineOptions, statisticsDtype } from "./affine.ts";
import { checkedClipping, move, Renormalization } from "./renormalization.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

/** Limits of the corrections that renormalization makes. */
export interface RenormClipping {
  readonly rmin?: number | null;
  readonly rmax?: number | null;
  readonly dmax?: number | null;
}

export interface BatchNormalizationOptions<D extends DType = DType> extends AffineOptions<D> {
  /** The axis that keeps its own statistics: the channels. Default −1. */
  readonly axis?: number | undefined;
  /** How much of the moving statistics is kept at each step. Default 0.99. */
  readonly momentum?: number | undefined;
  /** Default `"zeros"`. */
  readonly movingMeanInitializer?: InitializerLike | undefined;
  /** Default `"ones"`. */
  readonly movingVarianceInitializer?: InitializerLike | undefined;
  /** Whether batches are corrected towards the moving statistics (batch renormalization). Default false. */
  readonly renorm?: boolean | undefined;
  readonly renormClipping?: RenormClipping | null | undefined;
  /** Default 0.99. */
  readonly renormMomentum?: number | undefined;
  /** Whether statistics are those of all devices; there is one, so both values mean the same. Default false. */
  readonly synchronized?: boolean | undefined;
}

class BatchNormalizationLayer extends AffineLayer {
  static readonly className = "BatchNormalization";
  static readonly parameters: ParameterTable = {
    axis: -1,
    momentum: 0.99,
    epsilon: 0.001,
    center: true,
    scale: true,
    betaInitializer: "zeros",
    gammaInitializer: "ones",
    movingMeanInitializer: "zeros",
    movingVarianceInitializer: "ones",
    betaRegularizer: null,
    gammaRegularizer: null,
    betaConstraint: null,
    gammaConstraint: null,
    renorm: false,
    renormClipping: null,
    renormMomentum: 0.99,
    synchronized: false,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training", "mask"] };

  readonly axis: number;
  readonly momentum: number;
  readonly movingMeanInitializer: Initializer;
  readonly movingVarianceInitializer: Initializer;
  readonly renorm: boolean;
  readonly renormClipping: RenormClipping | null;
  readonly renormMomentum: number;
  readonly synchronized: boolean;
  declare movingMean: Variable;
  declare movingVariance: Variable;
  #renormalization: Renormalization | null = null;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<BatchNormalizationOptions>(
      "BatchNormalization",
      BatchNormalizationLayer.parameters,
      args,
    );
    super(given);
    this.axis = given.axis ?? -1;
    this.momentum = given.momentum ?? 0.99;
    this.movingMeanInitializer = getInitializer(given.movingMeanInitializer ?? "zeros");
    this.movingVarianceInitializer = getInitializer(given.movingVarianceInitializer ?? "ones");
    this.renorm = given.renorm ?? false;
    this.renormClipping = this.renorm
      ? checkedClipping(given.renormClipping ?? {})
      : (given.renormClipping ?? null);
    this.renormMomentum = given.renormMomentum ?? 0.99;
    this.synchronized = given.synchronized ?? false;
  }

  override build(inputShape: Shape): void {
    const axis = normalizeAxis(this.axis, inputShape.length, this.where);
    const size = inputShape[axis] ?? null;
    const shape = [size];
    this.addAffineWeights(shape);
    const statistic = (name: string, initializer: Initializer): Variable =>
      this.addWeight({ name, shape, initializer, trainable: false, autocast: false });
    this.movingMean = statistic("moving_mean", this.movingMeanInitializer);
    this.movingVariance = statistic("moving_variance", this.movingVarianceInitializer);
    this.#renormalization = this.renorm ? new Renormalization(this, statistic) : null;
    this.inputSpec = new InputSpec({ ndim: inputShape.length, axes: { [axis]: size } });
  }

  override call(
    given: Tensor,
    { training, mask = null }: { readonly training?: boolean | null; readonly mask?: Tensor | null } = {},
  ): unknown {
    const inputs: Tensor = cast(given, statisticsDtype(given.dtype));
    const outputs =
      training === true && this.trainable
        ? this.#withBatchStatistics(inputs, mask)
        : this.#withMovingStatistics(inputs);
    return cast(outputs, this.computeDtype);
  }

  #withMovingStatistics(inputs: Tensor): Tensor {
    const { movingMean, movingVariance, gamma, beta } = this;
    return this.#normalize(
      inputs,
      movingMean.value,
      movingVariance.value,
      gamma?.value ?? null,
      beta?.value ?? null,
    );
  }

  #withBatchStatistics(inputs: Tensor, mask: Tensor | null): Tensor {
    const [mean, variance] = this.#moments(inputs, mask);
    const [gamma, beta] = [this.gamma?.value ?? null, this.beta?.value ?? null];
    if (this.#renormalization !== null) {
      const corrected = this.#renormalization.correct(mean, variance, gamma, beta);
      this.#renormalization.update(mean, variance);
      return this.#normalize(inputs, mean, variance, corrected.gamma, corrected.beta);
    }
    move(this.movingMean, mean, this.momentum);
    move(this.movingVariance, variance, this.momentum);
    return this.#normalize(inputs, mean, variance, gamma, beta);
  }

  #normalize(x: Tensor, mean: Tensor, variance: Tensor, scale: Tensor | null, offset: Tensor | null): Tensor {
    return batchNormalization(x, mean, variance, this.axis, { offset, scale, epsilon: this.epsilon });
  }

  /** Mean and variance for each place of the axis, of what the mask keeps. */
  #moments(inputs: Tensor, mask: Tensor | null): readonly [Tensor, Tensor] {
    const axis = normalizeAxis(this.axis, inputs.dims.length, this.where);
    const axes = inputs.dims.map((_, i) => i).filter((i) => i !== axis);
    if (mask === null) return moments(inputs, axes);
    if (mask.shape.length !== inputs.shape.length - 1) {
      throw new ShapeError(
        `${this.where}: expected a mask of rank ${inputs.shape.length - 1}, one less than the input's, received ${formatShape(mask.shape)}.`,
      );
    }
    const isKept: Tensor = broadcastTo(expandDims(mask, -1), inputs.dims);
    const count: Tensor = add(sum(cast(isKept, inputs.dtype), axes, true), 1e-7);
    const mean: Tensor = divide(sum(where(isKept, inputs, 0), axes, true), count);
    const difference: Tensor = where(isKept, subtract(inputs, mean), 0);
    const variance: Tensor = divide(sum(square(difference), axes, true), count);
    const size = inputs.dims[axis] ?? 1;
    return [reshape(mean, [size]), reshape(variance, [size])];
  }
}

export interface BatchNormalization<D extends DType = DType>
  extends BatchNormalizationLayer, LayerCall<SameRule<D>> {}

interface BatchNormalizationKind extends LayerKind {
  readonly layer: BatchNormalization<DTypeIn<this>>;
}

export interface BatchNormalizationConstructor extends LayerConstructor<
  BatchNormalizationKind,
  BatchNormalizationOptions,
  [
    axis: "axis",
    momentum: "momentum",
    epsilon: "epsilon",
    center: "center",
    scale: "scale",
    betaInitializer: "betaInitializer",
    gammaInitializer: "gammaInitializer",
    movingMeanInitializer: "movingMeanInitializer",
    movingVarianceInitializer: "movingVarianceInitializer",
    betaRegularizer: "betaRegularizer",
    gammaRegularizer: "gammaRegularizer",
    betaConstraint: "betaConstraint",
    gammaConstraint: "gammaConstraint",
    renorm: "renorm",
    renormClipping: "renormClipping",
    renormMomentum: "renormMomentum",
    synchronized: "synchronized",
  ]
> {}

/**
 * Brings each channel to mean 0 and variance 1, then scales by gamma and adds beta.
 *
 * In training with the statistics of the batch, which the moving statistics follow; otherwise (and when frozen) with the
 * moving statistics.
 *
 * Shapes: input `[batch, …, channels]` → the same; gamma, beta, moving mean and variance `[channels]`.
 *
 * @throws {ShapeError} when the axis is unknown, or differs from the one the layer was built with.
 * @see Keras `layers/normalization/batch_normalization.py`
 */
export const BatchNormalization: BatchNormalizationConstructor = callable<
  typeof BatchNormalizationLayer,
  BatchNormalizationConstructor
>(BatchNormalizationLayer);

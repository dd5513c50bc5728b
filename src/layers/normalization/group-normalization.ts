import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { Variable } from "../../graph/variable.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule, Shape } from "../../ir/shape-types/index.ts";
import { formatShape, normalizeAxis } from "../../ir/shape.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { moments } from "../../ops/reductions.ts";
import { reshape } from "../../ops/shape.ts";
import { negative, rsqrt } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { ShapeError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters, positiveInteger } from "../../util/parameters.ts";
import { AffineLayer, type AffineOptions, affineParameters, statisticsDtype } from "./affine.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface GroupNormalizationOptions<D extends DType = DType> extends AffineOptions<D> {
  /** Number of groups the channels are split into; −1: as many as channels. Default 32. */
  readonly groups?: number | undefined;
  /** The channels' axis. Default −1. */
  readonly axis?: number | undefined;
}

class GroupNormalizationLayer extends AffineLayer {
  static readonly className = "GroupNormalization";
  static readonly parameters: ParameterTable = { groups: 32, axis: -1, ...affineParameters };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  /** The number of channels in place of −1 once the layer is built. */
  groups: number;
  readonly axis: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<GroupNormalizationOptions>(
      "GroupNormalization",
      GroupNormalizationLayer.parameters,
      args,
    );
    // Half floats are summed in float32, so they are not cast beforehand.
    super({ ...given, autocast: false });
    this.groups = given.groups === -1 ? -1 : positiveInteger("GroupNormalization", "groups", given.groups);
    this.axis = given.axis ?? -1;
  }

  override build(inputShape: Shape): void {
    const axis = normalizeAxis(this.axis, inputShape.length, this.where);
    const channels = inputShape[axis] ?? null;
    if (channels === null) {
      throw new ShapeError(
        `${this.where}: expected a known size on axis ${this.axis}, received ${formatShape(inputShape)}. Give Input a size there.`,
      );
    }
    if (this.groups === -1) this.groups = channels;
    if (channels % this.groups !== 0) {
      throw new ShapeError(
        `${this.where}: expected a number of channels that \`groups\` = ${this.groups} divides, received ${channels}.`,
      );
    }
    this.inputSpec = new InputSpec({ ndim: inputShape.length, axes: { [axis]: channels } });
    this.addAffineWeights([channels]);
  }

  override call(given: Tensor): Tensor {
    const inputs: Tensor = cast(given, statisticsDtype(given.dtype));
    const { dims } = inputs;
    const axis = normalizeAxis(this.axis, dims.length, this.where);
    const channels = dims[axis] ?? 1;
    // [b, …, c, …] → [b, …, groups, c / groups, …]
    const split = (shape: readonly number[]): number[] =>
      shape.toSpliced(axis, 1, this.groups, channels / this.groups);
    const grouped: Tensor = reshape(inputs, split(dims));
    const axes = grouped.dims.map((_, i) => i).filter((i) => i !== 0 && i !== axis);
    const [mean, variance] = moments(grouped, axes, true);
    const broadcast = split(dims.map((_, i) => (i === axis ? channels : 1))).map((dim, i) =>
      i === axis || i === axis + 1 ? dim : 1,
    );
    const along = (weight: Variable): Tensor => reshape(cast(weight.value, inputs.dtype), broadcast);
    let rate: Tensor = rsqrt(add(variance, this.epsilon));
    if (this.gamma !== null) rate = multiply(rate, along(this.gamma));
    let shift: Tensor = negative(multiply(mean, rate));
    if (this.beta !== null) shift = add(shift, along(this.beta));
    return cast(reshape(add(multiply(grouped, rate), shift), dims), this.computeDtype);
  }
}

export interface GroupNormalization<D extends DType = DType>
  extends GroupNormalizationLayer, LayerCall<SameRule<D>> {}

interface GroupNormalizationKind extends LayerKind {
  readonly layer: GroupNormalization<DTypeIn<this>>;
}

export interface GroupNormalizationConstructor extends LayerConstructor<
  GroupNormalizationKind,
  GroupNormalizationOptions,
  [
    groups: "groups",
    axis: "axis",
    epsilon: "epsilon",
    center: "center",
    scale: "scale",
    betaInitializer: "betaInitializer",
    gammaInitializer: "gammaInitializer",
    betaRegularizer: "betaRegularizer",
    gammaRegularizer: "gammaRegularizer",
    betaConstraint: "betaConstraint",
    gammaConstraint: "gammaConstraint",
  ]
> {}

/**
 * Brings groups of channels to mean 0 and variance 1, sample by sample, then scales by gamma and adds beta.
 *
 * Shapes: input `[batch, …, channels]` → the same; gamma and beta `[channels]`.
 *
 * @throws {ShapeError} when `groups` does not divide the number of channels.
 * @see Keras `layers/normalization/group_normalization.py`; Wu and He (2018)
 */
export const GroupNormalization: GroupNormalizationConstructor = callable<
  typeof GroupNormalizationLayer,
  GroupNormalizationConstructor
>(GroupNormalizationLayer);

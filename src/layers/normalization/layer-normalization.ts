import type { CallArguments } from "../../graph/call-arguments.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule, Shape } from "../../ir/shape-types/index.ts";
import { normalizeAxis } from "../../ir/shape.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { layerNormalization } from "../../ops/normalization.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, layerOptionNames, type ParameterTable } from "../../util/parameters.ts";
import { AffineLayer, type AffineOptions, affineParameters } from "./affine.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface LayerNormalizationOptions<D extends DType = DType> extends AffineOptions<D> {
  /** One axis or several, over which mean and variance are taken. Default −1. */
  readonly axis?: number | readonly number[] | undefined;
  /** @deprecated Scales by the variance without centring; use `RMSNormalization`. Default false. */
  readonly rmsScaling?: boolean | undefined;
}

class LayerNormalizationLayer extends AffineLayer {
  static readonly className = "LayerNormalization";
  static readonly parameters: ParameterTable = { axis: -1, ...affineParameters };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  /** A sorted list once the layer is built. */
  axis: number | readonly number[];
  readonly rmsScaling: boolean;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<LayerNormalizationOptions>(
      "LayerNormalization",
      LayerNormalizationLayer.parameters,
      args,
      [...layerOptionNames, "rmsScaling"],
    );
    // Half floats are summed in float32, so they are not cast beforehand.
    super({ ...given, autocast: false });
    this.axis = given.axis ?? -1;
    this.rmsScaling = given.rmsScaling ?? false;
  }

  override build(inputShape: Shape): void {
    const given = typeof this.axis === "number" ? [this.axis] : this.axis;
    const axes = given.map((axis) => normalizeAxis(axis, inputShape.length, this.where));
    if (new Set(axes).size < axes.length) {
      throw new OptionError(`${this.where}: expected each axis once, received ${JSON.stringify(this.axis)}.`);
    }
    this.axis = axes.toSorted((a, b) => a - b);
    const shape = this.axis.map((axis) => inputShape[axis] ?? null);
    this.addAffineWeights(shape, {
      scale: this.scale || this.rmsScaling,
      center: this.center && !this.rmsScaling,
    });
  }

  override call(inputs: Tensor): Tensor {
    const { gamma, beta, axis, epsilon, rmsScaling } = this;
    const outputs = layerNormalization(inputs, {
      gamma: gamma?.value ?? null,
      beta: beta?.value ?? null,
      axis,
      epsilon,
      rmsScaling,
    });
    return cast(outputs, this.computeDtype);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), rmsScaling: this.rmsScaling };
  }
}

export interface LayerNormalization<D extends DType = DType>
  extends LayerNormalizationLayer, LayerCall<SameRule<D>> {}

interface LayerNormalizationKind extends LayerKind {
  readonly layer: LayerNormalization<DTypeIn<this>>;
}

export interface LayerNormalizationConstructor extends LayerConstructor<
  LayerNormalizationKind,
  LayerNormalizationOptions,
  [
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
 * Brings each sample to mean 0 and variance 1 over an axis (or several), then scales by gamma and adds beta.
 *
 * Shapes: input `[batch, …]` → the same; gamma and beta have the sizes of the axes.
 *
 * @throws {ShapeError} when an axis is out of range, or its size unknown.
 * @see Keras `layers/normalization/layer_normalization.py`
 */
export const LayerNormalization: LayerNormalizationConstructor = callable<
  typeof LayerNormalizationLayer,
  LayerNormalizationConstructor
>(LayerNormalizationLayer);

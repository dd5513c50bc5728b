import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { Variable } from "../../graph/variable.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule, Shape } from "../../ir/shape-types/index.ts";
import { normalizeAxis } from "../../ir/shape.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { rmsNormalization } from "../../ops/normalization.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface RMSNormalizationOptions<D extends DType = DType> extends LayerOptions<D> {
  /** One axis or several, over which the mean square is taken. Default −1. */
  readonly axis?: number | readonly number[] | undefined;
  /** Added to the mean square. Default 1e-6. */
  readonly epsilon?: number | undefined;
}

class RMSNormalizationLayer extends LayerBase {
  static readonly className = "RMSNormalization";
  static readonly parameters: ParameterTable = { axis: -1, epsilon: 1e-6 };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  /** A sorted list once the layer is built. */
  axis: number | readonly number[];
  readonly epsilon: number;
  declare scale: Variable;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<RMSNormalizationOptions>(
      "RMSNormalization",
      RMSNormalizationLayer.parameters,
      args,
    );
    super(given);
    this.axis = given.axis ?? -1;
    this.epsilon = given.epsilon ?? 1e-6;
  }

  override build(inputShape: Shape): void {
    const axes = (typeof this.axis === "number" ? [this.axis] : this.axis).toSorted((a, b) => a - b);
    const shape = axes.map((axis) => inputShape[normalizeAxis(axis, inputShape.length, this.where)] ?? null);
    this.axis = axes;
    this.scale = this.addWeight({ name: "scale", shape, initializer: "ones" });
  }

  override call(inputs: Tensor): Tensor {
    return rmsNormalization(inputs, { scale: this.scale.value, axis: this.axis, epsilon: this.epsilon });
  }
}

export interface RMSNormalization<D extends DType = DType>
  extends RMSNormalizationLayer, LayerCall<SameRule<D>> {}

interface RMSNormalizationKind extends LayerKind {
  readonly layer: RMSNormalization<DTypeIn<this>>;
}

export interface RMSNormalizationConstructor extends LayerConstructor<
  RMSNormalizationKind,
  RMSNormalizationOptions,
  [axis: "axis", epsilon: "epsilon"]
> {}

/**
 * Divides by the root of the mean square over an axis (or several), then multiplies by a learnt scale.
 *
 * @throws {ShapeError} when an axis is out of range, or its size unknown.
 * @see Keras `layers/normalization/rms_normalization.py`; Zhang and Sennrich (2019)
 */
export const RMSNormalization: RMSNormalizationConstructor = callable<
  typeof RMSNormalizationLayer,
  RMSNormalizationConstructor
>(RMSNormalizationLayer);

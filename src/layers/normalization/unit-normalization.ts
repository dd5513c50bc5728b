import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule, Shape } from "../../ir/shape-types/index.ts";
import { normalizeAxis } from "../../ir/shape.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { normalize } from "../../ops/normalization.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface UnitNormalizationOptions<D extends DType = DType> extends LayerOptions<D> {
  /** One axis or several, over which the norm is taken. Default −1. */
  readonly axis?: number | readonly number[] | undefined;
}

class UnitNormalizationLayer extends LayerBase {
  static readonly className = "UnitNormalization";
  static readonly parameters: ParameterTable = { axis: -1 };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly axis: number | readonly number[];

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<UnitNormalizationOptions>(
      "UnitNormalization",
      UnitNormalizationLayer.parameters,
      args,
    );
    super(given);
    this.axis = given.axis ?? -1;
    this.supportsMasking = true;
  }

  override build(inputShape: Shape): void {
    for (const axis of typeof this.axis === "number" ? [this.axis] : this.axis)
      normalizeAxis(axis, inputShape.length, this.where);
  }

  override call(inputs: Tensor): Tensor {
    return normalize(inputs, { axis: this.axis, order: 2, epsilon: 1e-12 });
  }
}

export interface UnitNormalization<D extends DType = DType>
  extends UnitNormalizationLayer, LayerCall<SameRule<D>> {}

interface UnitNormalizationKind extends LayerKind {
  readonly layer: UnitNormalization<DTypeIn<this>>;
}

export interface UnitNormalizationConstructor extends LayerConstructor<
  UnitNormalizationKind,
  UnitNormalizationOptions,
  [axis: "axis"]
> {}

/**
 * Scales each sample to norm 1 over an axis, or several.
 *
 * @throws {ShapeError} when an axis is out of range.
 * @see Keras `layers/normalization/unit_normalization.py`
 */
export const UnitNormalization: UnitNormalizationConstructor = callable<
  typeof UnitNormalizationLayer,
  UnitNormalizationConstructor
>(UnitNormalizationLayer);

import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { notEqual } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { any } from "../../ops/reductions.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import type { DTypeIn, LayerConstructor, LayerKind } from "../constructor.ts";

export interface MaskingOptions<D extends DType = DType> extends LayerOptions<D> {
  /** Time steps that hold nothing but this value are left out by the layers that follow. Default 0. */
  readonly maskValue?: number | undefined;
}

class MaskingLayer extends LayerBase {
  static readonly className = "Masking";
  static readonly parameters: ParameterTable = { maskValue: 0 };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly maskValue: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<MaskingOptions>("Masking", MaskingLayer.parameters, args);
    super(given);
    this.maskValue = given.maskValue ?? 0;
    this.supportsMasking = true;
  }

  override call(inputs: Tensor): Tensor {
    return where(any(notEqual(inputs, this.maskValue), -1, true), inputs, 0);
  }

  override computeMask(inputs: unknown): unknown {
    return any(notEqual(inputs as Tensor, this.maskValue), -1); // SAFETY: one tensor, or a symbolic one
  }
}

export interface Masking<D extends DType = DType> extends MaskingLayer, LayerCall<SameRule<D>> {}

interface MaskingKind extends LayerKind {
  readonly layer: Masking<DTypeIn<this>>;
}

export interface MaskingConstructor extends LayerConstructor<
  MaskingKind,
  MaskingOptions,
  [maskValue: "maskValue"]
> {}

/**
 * Masks the time steps whose features all equal a value, and sets them to 0.
 *
 * Shapes: input `[batch, …, features]` → the same; mask `[batch, …]`.
 *
 * @see Keras `layers/core/masking.py`
 */
export const Masking: MaskingConstructor = callable<typeof MaskingLayer, MaskingConstructor>(MaskingLayer);

import type { CallArguments } from "../../graph/call-arguments.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { DataFormat, GlobalPoolingRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { divide, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { mean, sum } from "../../ops/reductions.ts";
import { expandDims } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { BaseGlobalPooling, type GlobalPoolingConstructor, type KeepdimsIn } from "./base-global-pooling.ts";
import type { DTypeIn, FormatIn, LayerKind } from "../constructor.ts";

class GlobalAveragePooling1DLayer extends BaseGlobalPooling {
  static readonly className = "GlobalAveragePooling1D";

  static override readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["mask"] };

  constructor(...args: readonly unknown[]) {
    super("GlobalAveragePooling1D", 1, args);
    this.supportsMasking = true;
  }

  override call(inputs: Tensor, { mask }: { readonly mask?: Tensor | null } = {}): Tensor {
    const { spatialAxes: axis, keepdims } = this;
    if (mask === null || mask === undefined) return mean(inputs, { axis, keepdims });
    const places = expandDims(cast(mask, inputs.dtype), this.dataFormat === "channels_last" ? 2 : 1);
    const weights = places as Tensor; // SAFETY: tensor in, tensor out
    return divide(sum(multiply(inputs, weights), { axis, keepdims }), sum(weights, { axis, keepdims }));
  }

  /** The steps are gone, and their mask with them. */
  override computeMask(): null {
    return null;
  }
}

export interface GlobalAveragePooling1D<
  F extends DataFormat = DataFormat,
  K extends boolean = boolean,
  D extends DType = DType,
>
  extends GlobalAveragePooling1DLayer, LayerCall<GlobalPoolingRule<"GlobalAveragePooling1D", 1, F, K, D>> {}

interface GlobalAveragePooling1DKind extends LayerKind {
  readonly layer: GlobalAveragePooling1D<FormatIn<this>, KeepdimsIn<this>, DTypeIn<this>>;
}

export interface GlobalAveragePooling1DConstructor extends GlobalPoolingConstructor<GlobalAveragePooling1DKind> {}

/**
 * The mean of each channel over all positions of sequences. A mask leaves steps out.
 *
 * Shapes (channels last): input `[batch, steps, channels]` → output `[batch, channels]`.
 *
 * @see Keras `layers/pooling/global_average_pooling1d.py`
 */
export const GlobalAveragePooling1D: GlobalAveragePooling1DConstructor = callable<
  typeof GlobalAveragePooling1DLayer,
  GlobalAveragePooling1DConstructor
>(GlobalAveragePooling1DLayer);

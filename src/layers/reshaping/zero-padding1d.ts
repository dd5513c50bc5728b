import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { Border, BorderSum, DataFormat, ResizeRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { pad } from "../../ops/rearranging.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { toDataFormat } from "../data-format.ts";
import { borderOf, firstSpatialAxis, toSides } from "./spatial.ts";
import type { AmountIn, DTypeIn, FormatIn, LayerKind, SizingConstructor } from "../constructor.ts";

export interface ZeroPadding1DOptions extends LayerOptions {
  /** How many zeros are added: a number, one for each axis, or `[before, after]` for each. Default 1. */
  readonly padding?: Border | undefined;
  /** Default `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
}

class ZeroPadding1DLayer extends LayerBase {
  static readonly className = "ZeroPadding1D";
  static readonly parameters: ParameterTable = { padding: 1, dataFormat: null };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly padding: Border;
  readonly dataFormat: DataFormat;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<ZeroPadding1DOptions>("ZeroPadding1D", ZeroPadding1DLayer.parameters, args);
    super(given);
    this.padding = borderOf(toSides("ZeroPadding1D", "padding", given.padding, 1));
    this.dataFormat = toDataFormat("ZeroPadding1D", given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: 3 });
  }

  override call(inputs: Tensor): Tensor {
    const from = firstSpatialAxis(this.dataFormat);
    const sides = toSides("ZeroPadding1D", "padding", this.padding, 1);
    return pad(
      inputs,
      inputs.dims.map((_, axis): [number, number] => {
        const [before, after] = sides[axis - from] ?? [0, 0];
        return [before, after];
      }),
    );
  }
}

export interface ZeroPadding1D<
  V extends Border = Border,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends ZeroPadding1DLayer, LayerCall<ResizeRule<"ZeroPadding1D", 1, "add", BorderSum<V, 1>, F, D>> {}

interface ZeroPadding1DKind extends LayerKind {
  readonly layer: ZeroPadding1D<AmountIn<this, Border>, FormatIn<this>, DTypeIn<this>>;
}

export interface ZeroPadding1DConstructor extends SizingConstructor<
  ZeroPadding1DKind,
  ZeroPadding1DOptions,
  [padding: "padding"],
  Border,
  1
> {}

/**
 * Puts zeros around `[batch, steps, channels]`.
 *
 * @throws {OptionError} when the border is not of one of its forms.
 * @see Keras `layers/reshaping/zero_padding1d.py`
 */
export const ZeroPadding1D: ZeroPadding1DConstructor = callable<
  typeof ZeroPadding1DLayer,
  ZeroPadding1DConstructor
>(ZeroPadding1DLayer);

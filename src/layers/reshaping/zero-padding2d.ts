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

export interface ZeroPadding2DOptions extends LayerOptions {
  /** How many zeros are added: a number, one for each axis, or `[before, after]` for each. Default [1, 1]. */
  readonly padding?: Border | undefined;
  /** Default `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
}

class ZeroPadding2DLayer extends LayerBase {
  static readonly className = "ZeroPadding2D";
  static readonly parameters: ParameterTable = { padding: [1, 1], dataFormat: null };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly padding: Border;
  readonly dataFormat: DataFormat;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<ZeroPadding2DOptions>("ZeroPadding2D", ZeroPadding2DLayer.parameters, args);
    super(given);
    this.padding = borderOf(toSides("ZeroPadding2D", "padding", given.padding, 2));
    this.dataFormat = toDataFormat("ZeroPadding2D", given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: 4 });
  }

  override call(inputs: Tensor): Tensor {
    const from = firstSpatialAxis(this.dataFormat);
    const sides = toSides("ZeroPadding2D", "padding", this.padding, 2);
    return pad(
      inputs,
      inputs.dims.map((_, axis): [number, number] => {
        const [before, after] = sides[axis - from] ?? [0, 0];
        return [before, after];
      }),
    );
  }
}

export interface ZeroPadding2D<
  V extends Border = Border,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends ZeroPadding2DLayer, LayerCall<ResizeRule<"ZeroPadding2D", 2, "add", BorderSum<V, 2>, F, D>> {}

interface ZeroPadding2DKind extends LayerKind {
  readonly layer: ZeroPadding2D<AmountIn<this, Border>, FormatIn<this>, DTypeIn<this>>;
}

export interface ZeroPadding2DConstructor extends SizingConstructor<
  ZeroPadding2DKind,
  ZeroPadding2DOptions,
  [padding: "padding"],
  Border,
  readonly [1, 1]
> {}

/**
 * Puts zeros around `[batch, height, width, channels]`.
 *
 * @throws {OptionError} when the border is not of one of its forms.
 * @see Keras `layers/reshaping/zero_padding2d.py`
 */
export const ZeroPadding2D: ZeroPadding2DConstructor = callable<
  typeof ZeroPadding2DLayer,
  ZeroPadding2DConstructor
>(ZeroPadding2DLayer);

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

export interface ZeroPadding3DOptions extends LayerOptions {
  /** How many zeros are added: a number, one for each axis, or `[before, after]` for each. Default [[1, 1], [1, 1], [1, 1]]. */
  readonly padding?: Border | undefined;
  /** Default `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
}

class ZeroPadding3DLayer extends LayerBase {
  static readonly className = "ZeroPadding3D";
  static readonly parameters: ParameterTable = {
    padding: [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    dataFormat: null,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly padding: Border;
  readonly dataFormat: DataFormat;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<ZeroPadding3DOptions>("ZeroPadding3D", ZeroPadding3DLayer.parameters, args);
    super(given);
    this.padding = borderOf(toSides("ZeroPadding3D", "padding", given.padding, 3));
    this.dataFormat = toDataFormat("ZeroPadding3D", given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: 5 });
  }

  override call(inputs: Tensor): Tensor {
    const from = firstSpatialAxis(this.dataFormat);
    const sides = toSides("ZeroPadding3D", "padding", this.padding, 3);
    return pad(
      inputs,
      inputs.dims.map((_, axis): [number, number] => {
        const [before, after] = sides[axis - from] ?? [0, 0];
        return [before, after];
      }),
    );
  }
}

export interface ZeroPadding3D<
  V extends Border = Border,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends ZeroPadding3DLayer, LayerCall<ResizeRule<"ZeroPadding3D", 3, "add", BorderSum<V, 3>, F, D>> {}

interface ZeroPadding3DKind extends LayerKind {
  readonly layer: ZeroPadding3D<AmountIn<this, Border>, FormatIn<this>, DTypeIn<this>>;
}

export interface ZeroPadding3DConstructor extends SizingConstructor<
  ZeroPadding3DKind,
  ZeroPadding3DOptions,
  [padding: "padding"],
  Border,
  readonly [readonly [1, 1], readonly [1, 1], readonly [1, 1]]
> {}

/**
 * Puts zeros around `[batch, depth, height, width, channels]`.
 *
 * @throws {OptionError} when the border is not of one of its forms.
 * @see Keras `layers/reshaping/zero_padding3d.py`
 */
export const ZeroPadding3D: ZeroPadding3DConstructor = callable<
  typeof ZeroPadding3DLayer,
  ZeroPadding3DConstructor
>(ZeroPadding3DLayer);

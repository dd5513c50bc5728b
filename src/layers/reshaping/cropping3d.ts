import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { Border, BorderSum, DataFormat, ResizeRule, Shape } from "../../ir/shape-types/index.ts";
import { formatShape } from "../../ir/shape.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { getItem } from "../../ops/get-item.ts";
import { callable } from "../../util/callable.ts";
import { ShapeError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { toDataFormat } from "../data-format.ts";
import { borderOf, firstSpatialAxis, toSides } from "./spatial.ts";
import type { AmountIn, DTypeIn, FormatIn, LayerKind, SizingConstructor } from "../constructor.ts";

export interface Cropping3DOptions extends LayerOptions {
  /** How much is cut off: a number, one for each axis, or `[before, after]` for each. Default [[1, 1], [1, 1], [1, 1]]. */
  readonly cropping?: Border | undefined;
  /** Default `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
}

class Cropping3DLayer extends LayerBase {
  static readonly className = "Cropping3D";
  static readonly parameters: ParameterTable = {
    cropping: [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    dataFormat: null,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly cropping: Border;
  readonly dataFormat: DataFormat;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Cropping3DOptions>("Cropping3D", Cropping3DLayer.parameters, args);
    super(given);
    this.cropping = borderOf(toSides("Cropping3D", "cropping", given.cropping, 3));
    this.dataFormat = toDataFormat("Cropping3D", given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: 5 });
  }

  override build(inputShape: Shape): void {
    const from = firstSpatialAxis(this.dataFormat);
    const isUsedUp = toSides("Cropping3D", "cropping", this.cropping, 3).some(([before, after], i) => {
      const dim = inputShape[from + i] ?? null;
      return dim !== null && before + after >= dim;
    });
    if (isUsedUp) {
      throw new ShapeError(
        `${this.where}: expected an input larger than the cropping ${JSON.stringify(this.cropping)}, received ${formatShape(inputShape)}.`,
      );
    }
  }

  override call(inputs: Tensor): Tensor {
    const from = firstSpatialAxis(this.dataFormat);
    const sides = toSides("Cropping3D", "cropping", this.cropping, 3);
    return getItem(
      inputs,
      inputs.dims.map((dim, axis) => {
        const [before, after] = sides[axis - from] ?? [0, 0];
        return `${before}:${dim - after}`;
      }),
    );
  }
}

export interface Cropping3D<
  V extends Border = Border,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends Cropping3DLayer, LayerCall<ResizeRule<"Cropping3D", 3, "subtract", BorderSum<V, 3>, F, D>> {}

interface Cropping3DKind extends LayerKind {
  readonly layer: Cropping3D<AmountIn<this, Border>, FormatIn<this>, DTypeIn<this>>;
}

export interface Cropping3DConstructor extends SizingConstructor<
  Cropping3DKind,
  Cropping3DOptions,
  [cropping: "cropping"],
  Border,
  readonly [readonly [1, 1], readonly [1, 1], readonly [1, 1]]
> {}

/**
 * Cuts off the border of `[batch, depth, height, width, channels]`.
 *
 * @throws {ShapeError} when nothing would be left.
 * @see Keras `layers/reshaping/cropping3d.py`
 */
export const Cropping3D: Cropping3DConstructor = callable<typeof Cropping3DLayer, Cropping3DConstructor>(
  Cropping3DLayer,
);

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

export interface Cropping2DOptions extends LayerOptions {
  /** How much is cut off: a number, one for each axis, or `[before, after]` for each. Default [[0, 0], [0, 0]]. */
  readonly cropping?: Border | undefined;
  /** Default `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
}

class Cropping2DLayer extends LayerBase {
  static readonly className = "Cropping2D";
  static readonly parameters: ParameterTable = {
    cropping: [
      [0, 0],
      [0, 0],
    ],
    dataFormat: null,
  };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly cropping: Border;
  readonly dataFormat: DataFormat;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Cropping2DOptions>("Cropping2D", Cropping2DLayer.parameters, args);
    super(given);
    this.cropping = borderOf(toSides("Cropping2D", "cropping", given.cropping, 2));
    this.dataFormat = toDataFormat("Cropping2D", given.dataFormat);
    this.inputSpec = new InputSpec({ ndim: 4 });
  }

  override build(inputShape: Shape): void {
    const from = firstSpatialAxis(this.dataFormat);
    const isUsedUp = toSides("Cropping2D", "cropping", this.cropping, 2).some(([before, after], i) => {
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
    const sides = toSides("Cropping2D", "cropping", this.cropping, 2);
    return getItem(
      inputs,
      inputs.dims.map((dim, axis) => {
        const [before, after] = sides[axis - from] ?? [0, 0];
        return `${before}:${dim - after}`;
      }),
    );
  }
}

export interface Cropping2D<
  V extends Border = Border,
  F extends DataFormat = DataFormat,
  D extends DType = DType,
>
  extends Cropping2DLayer, LayerCall<ResizeRule<"Cropping2D", 2, "subtract", BorderSum<V, 2>, F, D>> {}

interface Cropping2DKind extends LayerKind {
  readonly layer: Cropping2D<AmountIn<this, Border>, FormatIn<this>, DTypeIn<this>>;
}

export interface Cropping2DConstructor extends SizingConstructor<
  Cropping2DKind,
  Cropping2DOptions,
  [cropping: "cropping"],
  Border,
  readonly [readonly [0, 0], readonly [0, 0]]
> {}

/**
 * Cuts off the border of `[batch, height, width, channels]`.
 *
 * @throws {ShapeError} when nothing would be left.
 * @see Keras `layers/reshaping/cropping2d.py`
 */
export const Cropping2D: Cropping2DConstructor = callable<typeof Cropping2DLayer, Cropping2DConstructor>(
  Cropping2DLayer,
);

import type { CallArguments } from "../../graph/call-arguments.ts";
import { InputSpec } from "../../graph/input-spec.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { Border, BorderSum, ResizeRule, Shape } from "../../ir/shape-types/index.ts";
import { formatShape } from "../../ir/shape.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { getItem } from "../../ops/get-item.ts";
import { callable } from "../../util/callable.ts";
import { ShapeError } from "../../util/errors.ts";
import { type ParameterTable, bindParameters } from "../../util/parameters.ts";
import { borderOf, toSides } from "./spatial.ts";
import type { ChoiceConstructor, DTypeIn, LayerKind, SettingsIn } from "../constructor.ts";

export interface Cropping1DOptions extends LayerOptions {
  /** How much is cut off: a number, one for each axis, or `[before, after]` for each. Default [1, 1]. */
  readonly cropping?: Border | undefined;
}

class Cropping1DLayer extends LayerBase {
  static readonly className = "Cropping1D";
  static readonly parameters: ParameterTable = { cropping: [1, 1] };
  static readonly callArguments: CallArguments = { tensors: ["inputs"], options: ["training"] };

  readonly cropping: Border;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Cropping1DOptions>("Cropping1D", Cropping1DLayer.parameters, args);
    super(given);
    this.cropping = borderOf(toSides("Cropping1D", "cropping", given.cropping, 1));

    this.inputSpec = new InputSpec({ ndim: 3 });
  }

  override build(inputShape: Shape): void {
    const from = 1;
    const isUsedUp = toSides("Cropping1D", "cropping", this.cropping, 1).some(([before, after], i) => {
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
    const from = 1;
    const sides = toSides("Cropping1D", "cropping", this.cropping, 1);
    return getItem(
      inputs,
      inputs.dims.map((dim, axis) => {
        const [before, after] = sides[axis - from] ?? [0, 0];
        return `${before}:${dim - after}`;
      }),
    );
  }
}

export interface Cropping1D<V extends Border = Border, D extends DType = DType>
  extends
    Cropping1DLayer,
    LayerCall<ResizeRule<"Cropping1D", 1, "subtract", BorderSum<V, 1>, "channels_last", D>> {}

interface Cropping1DKind extends LayerKind {
  readonly layer: Cropping1D<SettingsIn<this, Border>, DTypeIn<this>>;
}

export interface Cropping1DConstructor extends ChoiceConstructor<
  Cropping1DKind,
  Cropping1DOptions,
  [cropping: "cropping"],
  Border,
  readonly [1, 1]
> {}

/**
 * Cuts off the border of `[batch, steps, channels]`.
 *
 * @throws {ShapeError} when nothing would be left.
 * @see Keras `layers/reshaping/cropping1d.py`
 */
export const Cropping1D: Cropping1DConstructor = callable<typeof Cropping1DLayer, Cropping1DConstructor>(
  Cropping1DLayer,
);

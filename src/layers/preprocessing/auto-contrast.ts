import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, divide, multiply, subtract } from "../../ops/arithmetic.ts";
import { equal } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { max, min } from "../../ops/reductions.ts";
import { clip } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { bindImage, type ColorOptions, ImageLayer, rangeOf, type Transformation } from "./image-layer.ts";

export interface AutoContrastOptions extends ColorOptions {}

class AutoContrastLayer extends ImageLayer {
  static readonly className = "AutoContrast";
  static readonly parameters: ParameterTable = { valueRange: [0, 255] };

  readonly valueRange: readonly [number, number];

  constructor(...args: readonly unknown[]) {
    const given = bindImage<AutoContrastOptions>("AutoContrast", AutoContrastLayer.parameters, args);
    super(given);
    this.valueRange = rangeOf("AutoContrast", given.valueRange);
  }

  override transformImages(images: Tensor, _transformation: Transformation): Tensor {
    const [least, most] = this.valueRange;
    const bytes = multiply(divide(subtract(images, least), most - least), 255);
    const bounds = { axis: [1, 2], keepdims: true };
    const [low, high] = [min(bytes, bounds), max(bytes, bounds)];
    const room = subtract(high, low);
    const stretched = clip(multiply(subtract(bytes, low), divide(255, room)), 0, 255);
    const result = add(multiply(divide(stretched, 255), most - least), least);
    // An even channel has no contrast to stretch.
    return where(equal(room, 0), images, result) as Tensor; // SAFETY: tensors in, tensor out
  }
}

export interface AutoContrast extends AutoContrastLayer, LayerCall<SameRule> {}

export interface AutoContrastConstructor extends LayerConstructor<
  Fixed<AutoContrast>,
  AutoContrastOptions,
  [valueRange: "valueRange"]
> {}

/**
 * Stretches each channel of an image so that it fills the range of values.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/auto_contrast.py`
 */
export const AutoContrast: AutoContrastConstructor = callable<
  typeof AutoContrastLayer,
  AutoContrastConstructor
>(AutoContrastLayer);

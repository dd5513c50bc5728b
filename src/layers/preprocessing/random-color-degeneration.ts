import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, multiply, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { rgbToGrayscale } from "../../ops/image.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { bindImage, type ColorOptions, type Factor, inRange, type Transformation } from "./image-layer.ts";
import { RandomColorLayer } from "./random-color-layer.ts";

export interface RandomColorDegenerationOptions extends ColorOptions {
  /** How far images are mixed with their grey versions. */
  readonly factor?: Factor | undefined;
}

class RandomColorDegenerationLayer extends RandomColorLayer {
  static readonly className = "RandomColorDegeneration";
  static readonly parameters: ParameterTable = {
    factor: required,
    valueRange: [0, 255],
    dataFormat: null,
    seed: null,
  };

  constructor(...args: readonly unknown[]) {
    super(
      bindImage<RandomColorDegenerationOptions>(
        "RandomColorDegeneration",
        RandomColorDegenerationLayer.parameters,
        args,
      ),
    );
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    return { factor: this.uniform([batch, 1, 1, 1], ...this.factor) };
  }

  override transformImages(images: Tensor, { factor }: Transformation, training: boolean): Tensor {
    if (!training || factor === undefined) return images;
    const grey = rgbToGrayscale(images, { dataFormat: this.dataFormat });
    return inRange(add(images, multiply(factor, subtract(grey, images))) as Tensor, this.valueRange); // SAFETY: tensors in, tensor out
  }
}

export interface RandomColorDegeneration extends RandomColorDegenerationLayer, LayerCall<SameRule> {}

export interface RandomColorDegenerationConstructor extends LayerConstructorOf<
  Fixed<RandomColorDegeneration>,
  { readonly factor: Factor },
  [factor: "factor"],
  RandomColorDegenerationOptions,
  [valueRange: "valueRange", dataFormat: "dataFormat", seed: "seed"]
> {}

/**
 * In training, fades the colours of each image.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_color_degeneration.py`
 */
export const RandomColorDegeneration: RandomColorDegenerationConstructor = callable<
  typeof RandomColorDegenerationLayer,
  RandomColorDegenerationConstructor
>(RandomColorDegenerationLayer);

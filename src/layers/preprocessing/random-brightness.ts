import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { bindImage, type ColorOptions, type Factor, inRange, type Transformation } from "./image-layer.ts";
import { RandomColorLayer } from "./random-color-layer.ts";

export interface RandomBrightnessOptions extends ColorOptions {
  /** Part of the value range that is added: up to so much both ways, or from one to the other. */
  readonly factor?: Factor | undefined;
}

class RandomBrightnessLayer extends RandomColorLayer {
  static readonly className = "RandomBrightness";
  static readonly parameters: ParameterTable = { factor: required, valueRange: [0, 255], seed: null };

  constructor(...args: readonly unknown[]) {
    super(bindImage<RandomBrightnessOptions>("RandomBrightness", RandomBrightnessLayer.parameters, args));
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    const [least, most] = this.valueRange;
    return { rgbDelta: multiply(this.uniform([batch, 1, 1, 1], ...this.factor), most - least) as Tensor }; // SAFETY: tensors in, tensor out
  }

  override transformImages(images: Tensor, { rgbDelta: delta }: Transformation, training: boolean): Tensor {
    if (!training || delta === undefined) return images;
    return inRange(add(images, cast(delta, images.dtype)) as Tensor, this.valueRange); // SAFETY: tensors in, tensor out
  }
}

export interface RandomBrightness extends RandomBrightnessLayer, LayerCall<SameRule> {}

export interface RandomBrightnessConstructor extends LayerConstructorOf<
  Fixed<RandomBrightness>,
  { readonly factor: Factor },
  [factor: "factor"],
  RandomBrightnessOptions,
  [valueRange: "valueRange", seed: "seed"]
> {}

/**
 * In training, makes each image brighter or darker.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_brightness.py`
 */
export const RandomBrightness: RandomBrightnessConstructor = callable<
  typeof RandomBrightnessLayer,
  RandomBrightnessConstructor
>(RandomBrightnessLayer);

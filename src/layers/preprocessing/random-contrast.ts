import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, multiply, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { mean } from "../../ops/reductions.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { bindImage, type ColorOptions, type Factor, inRange, type Transformation } from "./image-layer.ts";
import { RandomColorLayer } from "./random-color-layer.ts";

export interface RandomContrastOptions extends ColorOptions {
  /** How much weaker and stronger the contrast may get, between 0 and 1: one number, or two. */
  readonly factor?: Factor | undefined;
}

class RandomContrastLayer extends RandomColorLayer {
  static readonly className = "RandomContrast";
  static readonly parameters: ParameterTable = { factor: required, valueRange: [0, 255], seed: null };

  constructor(...args: readonly unknown[]) {
    super(bindImage<RandomContrastOptions>("RandomContrast", RandomContrastLayer.parameters, args), [0, 1]);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    const [weaker, stronger] = this.factor;
    return { contrastFactor: this.uniform([batch, 1, 1, 1], 1 - weaker, 1 + stronger) };
  }

  override transformImages(
    images: Tensor,
    { contrastFactor: factor }: Transformation,
    training: boolean,
  ): Tensor {
    if (!training || factor === undefined) return images;
    const axis = this.dataFormat === "channels_last" ? [1, 2] : [2, 3];
    const middle = mean(images, { axis, keepdims: true });
    return inRange(add(multiply(subtract(images, middle), factor), middle) as Tensor, this.valueRange); // SAFETY: tensors in, tensor out
  }
}

export interface RandomContrast extends RandomContrastLayer, LayerCall<SameRule> {}

export interface RandomContrastConstructor extends LayerConstructorOf<
  Fixed<RandomContrast>,
  { readonly factor: Factor },
  [factor: "factor"],
  RandomContrastOptions,
  [valueRange: "valueRange", seed: "seed"]
> {}

/**
 * In training, strengthens or weakens the contrast of each image.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_contrast.py`
 */
export const RandomContrast: RandomContrastConstructor = callable<
  typeof RandomContrastLayer,
  RandomContrastConstructor
>(RandomContrastLayer);

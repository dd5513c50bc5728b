import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, divide, multiply, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { hsvToRgb, rgbToHsv } from "../../ops/image.ts";
import { concatenate, split } from "../../ops/joining.ts";
import { callable } from "../../util/callable.ts";
import { epsilon } from "../../util/epsilon.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import {
  bindImage,
  type ColorOptions,
  type Factor,
  inRange,
  perImage,
  type Transformation,
} from "./image-layer.ts";
import { RandomColorLayer } from "./random-color-layer.ts";

export interface RandomSaturationOptions extends ColorOptions {
  /** How much weaker or stronger colours may get. */
  readonly factor?: Factor | undefined;
}

class RandomSaturationLayer extends RandomColorLayer {
  static readonly className = "RandomSaturation";
  static readonly parameters: ParameterTable = {
    factor: required,
    valueRange: [0, 255],
    dataFormat: null,
    seed: null,
  };

  constructor(...args: readonly unknown[]) {
    super(bindImage<RandomSaturationOptions>("RandomSaturation", RandomSaturationLayer.parameters, args));
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    const factor = this.uniform([batch], ...this.factor);
    return { factor: divide(factor, add(subtract(1, factor), epsilon())) as Tensor }; // SAFETY: tensors in, tensor out
  }

  override transformImages(images: Tensor, { factor }: Transformation, training: boolean): Tensor {
    if (!training || factor === undefined) return images;
    const channels = split(rgbToHsv(images, { dataFormat: this.dataFormat }), 3, {
      axis: this.channelAxis,
    }) as readonly [Tensor, Tensor, Tensor]; // SAFETY: a tensor in, three out
    const [hue, saturation, value] = channels;
    const by = perImage(factor);
    const changed = inRange(multiply(saturation, by) as Tensor, this.valueRange); // SAFETY: tensors in, tensor out
    return hsvToRgb(concatenate([hue, changed, value], this.channelAxis), {
      dataFormat: this.dataFormat,
    }) as Tensor; // SAFETY: tensors in, tensor out
  }
}

export interface RandomSaturation extends RandomSaturationLayer, LayerCall<SameRule> {}

export interface RandomSaturationConstructor extends LayerConstructorOf<
  Fixed<RandomSaturation>,
  { readonly factor: Factor },
  [factor: "factor"],
  RandomSaturationOptions,
  [valueRange: "valueRange", dataFormat: "dataFormat", seed: "seed"]
> {}

/**
 * In training, makes the colours of each image weaker or stronger.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_saturation.py`
 */
export const RandomSaturation: RandomSaturationConstructor = callable<
  typeof RandomSaturationLayer,
  RandomSaturationConstructor
>(RandomSaturationLayer);

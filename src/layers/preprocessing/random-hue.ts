import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, divide, multiply, subtract } from "../../ops/arithmetic.ts";
import { greater, less } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { hsvToRgb, rgbToHsv } from "../../ops/image.ts";
import { where } from "../../ops/indexing.ts";
import { concatenate, split } from "../../ops/joining.ts";
import { clip } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { bindImage, type ColorOptions, type Factor, perImage, type Transformation } from "./image-layer.ts";
import { RandomColorLayer } from "./random-color-layer.ts";

export interface RandomHueOptions extends ColorOptions {
  /** How far hues may turn, between 0 and 1: half of the colour circle. */
  readonly factor?: Factor | undefined;
}

class RandomHueLayer extends RandomColorLayer {
  static readonly className = "RandomHue";
  static readonly parameters: ParameterTable = {
    factor: required,
    valueRange: [0, 255],
    dataFormat: null,
    seed: null,
  };

  constructor(...args: readonly unknown[]) {
    super(bindImage<RandomHueOptions>("RandomHue", RandomHueLayer.parameters, args), [0, 1]);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    const sign = where(greater(this.uniform([batch]), 0.5), -1, 1);
    return { factor: multiply(multiply(sign, this.uniform([batch], ...this.factor)), 0.5) as Tensor }; // SAFETY: tensors in, tensor out
  }

  override transformImages(images: Tensor, { factor }: Transformation, training: boolean): Tensor {
    if (!training || factor === undefined) return images;
    const [least, most] = this.valueRange;
    const unit = divide(subtract(images, least), most - least);
    const channels = split(rgbToHsv(unit, { dataFormat: this.dataFormat }), 3, {
      axis: this.channelAxis,
    }) as readonly [Tensor, Tensor, Tensor]; // SAFETY: a tensor in, three out
    const [hue, saturation, value] = channels;
    const by = perImage(factor);
    const turned = add(hue, by);
    const below = where(greater(turned, 1), subtract(turned, 1), turned);
    const changed = where(less(below, 0), add(below, 1), below);
    const rgb = hsvToRgb(concatenate([changed, saturation, value], this.channelAxis), {
      dataFormat: this.dataFormat,
    });
    return add(multiply(clip(rgb, 0, 1), most - least), least) as Tensor; // SAFETY: tensors in, tensor out
  }
}

export interface RandomHue extends RandomHueLayer, LayerCall<SameRule> {}

export interface RandomHueConstructor extends LayerConstructorOf<
  Fixed<RandomHue>,
  { readonly factor: Factor },
  [factor: "factor"],
  RandomHueOptions,
  [valueRange: "valueRange", dataFormat: "dataFormat", seed: "seed"]
> {}

/**
 * In training, turns the hues of each image.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_hue.py`
 */
export const RandomHue: RandomHueConstructor = callable<typeof RandomHueLayer, RandomHueConstructor>(
  RandomHueLayer,
);

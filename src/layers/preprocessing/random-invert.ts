import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { bindImage, type ColorOptions, type Factor, perImage, type Transformation } from "./image-layer.ts";
import { RandomColorLayer } from "./random-color-layer.ts";

export interface RandomInvertOptions extends ColorOptions {
  /** How likely an image is inverted, between 0 and 1. Default 1. */
  readonly factor?: Factor | undefined;
}

class RandomInvertLayer extends RandomColorLayer {
  static readonly className = "RandomInvert";
  static readonly parameters: ParameterTable = {
    factor: 1,
    valueRange: [0, 255],
    seed: null,
    dataFormat: null,
  };

  constructor(...args: readonly unknown[]) {
    super(bindImage<RandomInvertOptions>("RandomInvert", RandomInvertLayer.parameters, args), [0, 1]);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    return { applyInversion: this.chosen(batch, this.factor) };
  }

  override transformImages(
    images: Tensor,
    { applyInversion: apply }: Transformation,
    training: boolean,
  ): Tensor {
    if (!training || apply === undefined) return images;
    return where(perImage(apply), subtract(this.valueRange[1], images), images) as Tensor; // SAFETY: tensors in, tensor out
  }
}

export interface RandomInvert extends RandomInvertLayer, LayerCall<SameRule> {}

export interface RandomInvertConstructor extends LayerConstructor<
  Fixed<RandomInvert>,
  RandomInvertOptions,
  [factor: "factor", valueRange: "valueRange", seed: "seed", dataFormat: "dataFormat"]
> {}

/**
 * In training, turns some images into their negatives.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_invert.py`
 */
export const RandomInvert: RandomInvertConstructor = callable<
  typeof RandomInvertLayer,
  RandomInvertConstructor
>(RandomInvertLayer);

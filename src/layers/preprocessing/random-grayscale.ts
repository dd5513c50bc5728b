import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { less } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { rgbToGrayscale } from "../../ops/image.ts";
import { where } from "../../ops/indexing.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import {
  bindImage,
  chance,
  type ImageLayerOptions,
  RandomImageLayer,
  type Transformation,
} from "./image-layer.ts";

export interface RandomGrayscaleOptions extends ImageLayerOptions {
  /** Share of the images that lose their colours. Default 0.5. */
  readonly factor?: number | undefined;
}

class RandomGrayscaleLayer extends RandomImageLayer {
  static readonly className = "RandomGrayscale";
  static readonly parameters: ParameterTable = { factor: 0.5, dataFormat: null, seed: null };

  readonly factor: number;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandomGrayscaleOptions>("RandomGrayscale", RandomGrayscaleLayer.parameters, args);
    super(given);
    this.factor = chance("RandomGrayscale", "factor", given.factor ?? 0.5);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    return { apply: less(this.uniform([batch, 1, 1, 1]), this.factor) as Tensor }; // SAFETY: tensors in, tensor out
  }

  override transformImages(images: Tensor, { apply }: Transformation, training: boolean): Tensor {
    if (!training || apply === undefined) return images;
    return where(apply, rgbToGrayscale(images, { dataFormat: this.dataFormat }), images) as Tensor; // SAFETY: tensors in, tensor out
  }

  /** As Keras writes it: without the seed. */
  override getConfig(): Record<string, unknown> {
    const { seed: _, ...config } = super.getConfig();
    return config;
  }
}

export interface RandomGrayscale extends RandomGrayscaleLayer, LayerCall<SameRule> {}

export interface RandomGrayscaleConstructor extends LayerConstructor<
  Fixed<RandomGrayscale>,
  RandomGrayscaleOptions,
  [factor: "factor", dataFormat: "dataFormat", seed: "seed"]
> {}

/**
 * In training, takes the colours away from some of the images.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_grayscale.py`
 */
export const RandomGrayscale: RandomGrayscaleConstructor = callable<
  typeof RandomGrayscaleLayer,
  RandomGrayscaleConstructor
>(RandomGrayscaleLayer);

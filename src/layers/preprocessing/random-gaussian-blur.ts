import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { gaussianBlur } from "../../ops/image.ts";
import { where } from "../../ops/indexing.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import {
  bindImage,
  type ColorOptions,
  type Factor,
  inRange,
  intervalOf,
  perImage,
  type Transformation,
} from "./image-layer.ts";
import { RandomColorLayer } from "./random-color-layer.ts";

export interface RandomGaussianBlurOptions extends ColorOptions {
  /** How likely an image is blurred, between 0 and 1. Default 1. */
  readonly factor?: Factor | undefined;
  /** Size of the window, odd: one number, or height and width. Default 3. */
  readonly kernelSize?: number | readonly [number, number] | readonly number[] | undefined;
  /** Width of the bell curve, between 0 and 1: up to so much, or from one to the other. Default 1. */
  readonly sigma?: Factor | undefined;
}

class RandomGaussianBlurLayer extends RandomColorLayer {
  static readonly className = "RandomGaussianBlur";
  static readonly parameters: ParameterTable = {
    factor: 1,
    kernelSize: 3,
    sigma: 1,
    valueRange: [0, 255],
    dataFormat: null,
    seed: null,
  };

  readonly kernelSize: readonly [number, number];
  readonly sigma: readonly [number, number];

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandomGaussianBlurOptions>(
      "RandomGaussianBlur",
      RandomGaussianBlurLayer.parameters,
      args,
    );
    super(given, [0, 1]);
    const [height, width] = [given.kernelSize ?? 3].flat();
    this.kernelSize = [height ?? 3, width ?? height ?? 3];
    if (this.kernelSize.some((size) => size % 2 !== 1)) {
      throw new OptionError(
        `RandomGaussianBlur: expected \`kernelSize\` to be odd, received ${JSON.stringify(given.kernelSize)}.`,
      );
    }
    this.sigma = intervalOf("RandomGaussianBlur", "sigma", given.sigma ?? 1, [0, 1]);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    const apply = this.chosen(batch, this.factor);
    return { shouldApplyBlur: apply, blurFactor: add(this.uniform([2], ...this.sigma), 1e-6) as Tensor }; // SAFETY: tensors in, tensor out
  }

  override transformImages(
    images: Tensor,
    { shouldApplyBlur: apply, blurFactor: sigma }: Transformation,
    training: boolean,
  ): Tensor {
    if (!training || apply === undefined || sigma === undefined) return images;
    const blurred = gaussianBlur(images, { kernelSize: this.kernelSize, sigma, dataFormat: this.dataFormat });
    return inRange(where(perImage(apply), blurred, images) as Tensor, this.valueRange); // SAFETY: tensors in, tensor out
  }
}

export interface RandomGaussianBlur extends RandomGaussianBlurLayer, LayerCall<SameRule> {}

export interface RandomGaussianBlurConstructor extends LayerConstructor<
  Fixed<RandomGaussianBlur>,
  RandomGaussianBlurOptions,
  [
    factor: "factor",
    kernelSize: "kernelSize",
    sigma: "sigma",
    valueRange: "valueRange",
    dataFormat: "dataFormat",
    seed: "seed",
  ]
> {}

/**
 * In training, blurs some of the images.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_gaussian_blur.py`
 */
export const RandomGaussianBlur: RandomGaussianBlurConstructor = callable<
  typeof RandomGaussianBlurLayer,
  RandomGaussianBlurConstructor
>(RandomGaussianBlurLayer);

import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import { makeTensor } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { zerosLike } from "../../ops/creation.ts";
import { where } from "../../ops/indexing.ts";
import { keyedNormal } from "../../ops/random.ts";
import { reshape } from "../../ops/shape.ts";
import { sqrt } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
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
import { windowMask } from "./window-mask.ts";

export interface RandomErasingOptions extends ColorOptions {
  /** How likely a window of an image is erased, between 0 and 1. Default 1. */
  readonly factor?: Factor | undefined;
  /** Area of the window, as part of the image. Default `[0.02, 0.33]`. */
  readonly scale?: Factor | undefined;
  /** A number, or one for each of three channels; null for noise. Default null. */
  readonly fillValue?: number | readonly number[] | null | undefined;
}

class RandomErasingLayer extends RandomColorLayer {
  static readonly className = "RandomErasing";
  static readonly parameters: ParameterTable = {
    factor: 1,
    scale: [0.02, 0.33],
    fillValue: null,
    valueRange: [0, 255],
    seed: null,
    dataFormat: null,
  };

  readonly scale: readonly [number, number];
  readonly fillValue: number | readonly number[] | null;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandomErasingOptions>("RandomErasing", RandomErasingLayer.parameters, args);
    super(given, [0, 1]);
    this.scale = intervalOf("RandomErasing", "scale", given.scale ?? 0, [0, 1]);
    this.fillValue = given.fillValue ?? null;
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    const [height, width] = [0, 1].map(() => sqrt(this.uniform([batch], ...this.scale)) as Tensor) as [
      Tensor,
      Tensor,
    ]; // SAFETY: tensors in, tensor out
    const { mask } = windowMask(images, this.dataFormat, height, width, (shape) => this.uniform(shape));
    const apply = this.chosen(batch, this.factor);
    return { applyErasing: apply, batchMasks: mask, fillValue: this.#filling(images) };
  }

  #filling(images: Tensor): Tensor {
    const { fillValue, valueRange } = this;
    if (fillValue === null)
      return inRange(
        multiply(keyedNormal(this.generator.next(), images.dims), valueRange[1]) as Tensor,
        valueRange,
      ); // SAFETY: tensors in, tensor out
    const values =
      typeof fillValue === "number" ? fillValue : makeTensor(fillValue, { dtype: this.computeDtype });
    const isLast = typeof fillValue === "number" || this.dataFormat === "channels_last";
    return inRange(
      add(zerosLike(images), isLast ? values : reshape(values, [-1, 1, 1])) as Tensor,
      valueRange,
    ); // SAFETY: tensors in, tensor out
  }

  override transformImages(
    images: Tensor,
    { applyErasing: apply, batchMasks: mask, fillValue: filling }: Transformation,
    training: boolean,
  ): Tensor {
    if (!training || apply === undefined || mask === undefined || filling === undefined) return images;
    return where(perImage(apply), where(mask, filling, images), images) as Tensor; // SAFETY: tensors in, tensor out
  }
}

export interface RandomErasing extends RandomErasingLayer, LayerCall<SameRule> {}

export interface RandomErasingConstructor extends LayerConstructor<
  Fixed<RandomErasing>,
  RandomErasingOptions,
  [
    factor: "factor",
    scale: "scale",
    fillValue: "fillValue",
    valueRange: "valueRange",
    seed: "seed",
    dataFormat: "dataFormat",
  ]
> {}

/**
 * In training, erases a window of some images.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_erasing.py`
 */
export const RandomErasing: RandomErasingConstructor = callable<
  typeof RandomErasingLayer,
  RandomErasingConstructor
>(RandomErasingLayer);

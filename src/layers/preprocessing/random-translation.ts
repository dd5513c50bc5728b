import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { getItem } from "../../ops/get-item.ts";
import { concatenate } from "../../ops/joining.ts";
import { negative } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import { affine } from "./affine.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { bindImage, type Factor, type ImageSizes, intervalOf, type Transformation } from "./image-layer.ts";
import { type AffineOptions, RandomAffineLayer } from "./random-affine-layer.ts";

export interface RandomTranslationOptions extends AffineOptions {
  /** Parts of the height: up to so much both ways, or from one to the other. */
  readonly heightFactor?: Factor | undefined;
  /** Parts of the width, likewise. */
  readonly widthFactor?: Factor | undefined;
}

class RandomTranslationLayer extends RandomAffineLayer {
  static readonly className = "RandomTranslation";
  static readonly parameters: ParameterTable = {
    heightFactor: required,
    widthFactor: required,
    fillMode: "reflect",
    interpolation: "bilinear",
    seed: null,
    fillValue: 0,
    dataFormat: null,
  };

  readonly heightFactor: Factor;
  readonly widthFactor: Factor;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandomTranslationOptions>(
      "RandomTranslation",
      RandomTranslationLayer.parameters,
      args,
    );
    super(given);
    this.heightFactor = given.heightFactor ?? 0;
    this.widthFactor = given.widthFactor ?? 0;
    intervalOf("RandomTranslation", "heightFactor", this.heightFactor);
    intervalOf("RandomTranslation", "widthFactor", this.widthFactor);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch, height, width } = this.sizesOf(images);
    const shift = (name: string, factor: Factor, size: number): Tensor => {
      const [low, high] = intervalOf("RandomTranslation", name, factor);
      return this.uniform([batch, 1], low * size, high * size);
    };
    const down = shift("heightFactor", this.heightFactor, height);
    return { translations: concatenate([shift("widthFactor", this.widthFactor, width), down], 1) as Tensor }; // SAFETY: tensors in, tensor out
  }

  protected override matrixOf(_sizes: ImageSizes, { translations }: Transformation): Tensor | null {
    if (translations === undefined) return null;
    const [x, y] = [0, 1].map((i) => negative(getItem(translations, [":", i])) as Tensor) as [Tensor, Tensor]; // SAFETY: tensors in, tensor out
    return affine([1, 0, x, 0, 1, y]);
  }
}

export interface RandomTranslation extends RandomTranslationLayer, LayerCall<SameRule> {}

export interface RandomTranslationConstructor extends LayerConstructorOf<
  Fixed<RandomTranslation>,
  { readonly heightFactor: Factor; readonly widthFactor: Factor },
  [heightFactor: "heightFactor", widthFactor: "widthFactor"],
  RandomTranslationOptions,
  [
    fillMode: "fillMode",
    interpolation: "interpolation",
    seed: "seed",
    fillValue: "fillValue",
    dataFormat: "dataFormat",
  ]
> {}

/**
 * In training, moves each image by a random distance.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_translation.py`
 */
export const RandomTranslation: RandomTranslationConstructor = callable<
  typeof RandomTranslationLayer,
  RandomTranslationConstructor
>(RandomTranslationLayer);

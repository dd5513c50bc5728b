import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import { drawnFor, drawUnder } from "./augmentations.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import {
  bindImage,
  type ColorOptions,
  type Factor,
  type ImageLayer,
  RandomImageLayer,
  rangeOf,
  type Transformation,
} from "./image-layer.ts";
import { RandomBrightness } from "./random-brightness.ts";
import { RandomContrast } from "./random-contrast.ts";
import { RandomHue } from "./random-hue.ts";
import { RandomSaturation } from "./random-saturation.ts";

export interface RandomColorJitterOptions extends ColorOptions {
  /** As `RandomBrightness`'s; null: none. Default null. */
  readonly brightnessFactor?: Factor | null | undefined;
  /** As `RandomContrast`'s. */
  readonly contrastFactor?: Factor | null | undefined;
  /** As `RandomSaturation`'s. */
  readonly saturationFactor?: Factor | null | undefined;
  /** As `RandomHue`'s. */
  readonly hueFactor?: Factor | null | undefined;
}

class RandomColorJitterLayer extends RandomImageLayer {
  static readonly className = "RandomColorJitter";
  static readonly parameters: ParameterTable = {
    valueRange: [0, 255],
    brightnessFactor: null,
    contrastFactor: null,
    saturationFactor: null,
    hueFactor: null,
    seed: null,
    dataFormat: null,
  };

  readonly valueRange: readonly [number, number];
  readonly brightnessFactor: Factor | null;
  readonly contrastFactor: Factor | null;
  readonly saturationFactor: Factor | null;
  readonly hueFactor: Factor | null;
  /** What is done, in this order. */
  readonly steps: Readonly<Record<string, ImageLayer>>;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandomColorJitterOptions>(
      "RandomColorJitter",
      RandomColorJitterLayer.parameters,
      args,
    );
    super(given);
    this.valueRange = rangeOf("RandomColorJitter", given.valueRange);
    this.brightnessFactor = given.brightnessFactor ?? null;
    this.contrastFactor = given.contrastFactor ?? null;
    this.saturationFactor = given.saturationFactor ?? null;
    this.hueFactor = given.hueFactor ?? null;
    const options = { valueRange: this.valueRange, seed: this.seed, dataFormat: this.dataFormat };
    this.steps = {
      ...(this.brightnessFactor === null
        ? {}
        : { brightness: RandomBrightness(this.brightnessFactor, options) }),
      ...(this.contrastFactor === null ? {} : { contrast: RandomContrast(this.contrastFactor, options) }),
      ...(this.saturationFactor === null
        ? {}
        : { saturation: RandomSaturation(this.saturationFactor, options) }),
      ...(this.hueFactor === null ? {} : { hue: RandomHue(this.hueFactor, options) }),
    };
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const drawn = Object.entries(this.steps).map(([name, layer]) => drawUnder(name, layer, images));
    return Object.assign({}, ...drawn) as Transformation; // SAFETY: transformations, put together
  }

  override transformImages(images: Tensor, transformation: Transformation, training: boolean): Tensor {
    if (!training) return images;
    return Object.entries(this.steps).reduce(
      (x, [name, layer]) => layer.transformImages(x, drawnFor(name, transformation), true),
      images,
    );
  }
}

export interface RandomColorJitter extends RandomColorJitterLayer, LayerCall<SameRule> {}

export interface RandomColorJitterConstructor extends LayerConstructor<
  Fixed<RandomColorJitter>,
  RandomColorJitterOptions,
  [
    valueRange: "valueRange",
    brightnessFactor: "brightnessFactor",
    contrastFactor: "contrastFactor",
    saturationFactor: "saturationFactor",
    hueFactor: "hueFactor",
    seed: "seed",
    dataFormat: "dataFormat",
  ]
> {}

/**
 * In training, changes brightness, contrast, saturation and hue of each image, as far as factors are given.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_color_jitter.py`
 */
export const RandomColorJitter: RandomColorJitterConstructor = callable<
  typeof RandomColorJitterLayer,
  RandomColorJitterConstructor
>(RandomColorJitterLayer);

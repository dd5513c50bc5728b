import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, divide, multiply, subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { zerosLike } from "../../ops/creation.ts";
import { getItem } from "../../ops/get-item.ts";
import { keyedBeta, keyedGamma } from "../../ops/random-distributions.ts";
import { sum } from "../../ops/reductions.ts";
import { callable } from "../../util/callable.ts";
import { oneOf } from "../../util/options.ts";
import { type ParameterTable, positiveInteger } from "../../util/parameters.ts";
import { applyOne, augmentations, drawnFor, drawUnder } from "./augmentations.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import {
  bindImage,
  type ColorOptions,
  type Factor,
  type ImageLayer,
  inRange,
  intervalOf,
  pointInterpolations,
  RandomImageLayer,
  rangeOf,
  type Transformation,
} from "./image-layer.ts";

export interface AugMixOptions extends ColorOptions {
  /** Number of chains of augmentations that are mixed. Default 3. */
  readonly numChains?: number | undefined;
  /** Most augmentations of a chain. Default 3. */
  readonly chainDepth?: number | undefined;
  /** How strong they are, between 0 and 1. Default 0.3. */
  readonly factor?: Factor | undefined;
  /** Parameter of the distributions that shares are drawn from. Default 1. */
  readonly alpha?: number | undefined;
  /** Whether colours and sharpness are changed as well. Default true. */
  readonly allOps?: boolean | undefined;
  /** Default `"bilinear"`. */
  readonly interpolation?: (typeof pointInterpolations)[number] | undefined;
}

/** The augmentations that only `allOps` brings. */
const colorful: readonly string[] = [
  "random_brightness",
  "random_color_degeneration",
  "random_contrast",
  "random_sharpness",
];

class AugMixLayer extends RandomImageLayer {
  static readonly className = "AugMix";
  static readonly parameters: ParameterTable = {
    valueRange: [0, 255],
    numChains: 3,
    chainDepth: 3,
    factor: 0.3,
    alpha: 1,
    allOps: true,
    interpolation: "bilinear",
    seed: null,
    dataFormat: null,
  };

  readonly valueRange: readonly [number, number];
  readonly numChains: number;
  readonly chainDepth: number;
  readonly factor: readonly [number, number];
  readonly alpha: number;
  readonly allOps: boolean;
  readonly interpolation: (typeof pointInterpolations)[number];
  /** The augmentations to choose from, by Keras's names. */
  readonly augmentations: Readonly<Record<string, ImageLayer>>;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<AugMixOptions>("AugMix", AugMixLayer.parameters, args);
    super(given);
    this.valueRange = rangeOf("AugMix", given.valueRange);
    this.numChains = positiveInteger("AugMix", "numChains", given.numChains);
    this.chainDepth = positiveInteger("AugMix", "chainDepth", given.chainDepth);
    this.factor = intervalOf("AugMix", "factor", given.factor ?? 0, [0, 1]);
    this.alpha = given.alpha ?? 1;
    this.allOps = given.allOps ?? true;
    this.interpolation = oneOf("AugMix", "interpolation", given.interpolation, pointInterpolations);
    const known = Object.entries(augmentations(this));
    this.augmentations = Object.fromEntries(
      known.filter(([name]) => this.allOps || !colorful.includes(name)),
    );
  }

  /** Of every chain and depth: the number of an augmentation (the last number is none), and what was drawn for each. */
  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { numChains, chainDepth, alpha } = this;
    const entries = Object.entries(this.augmentations);
    const shares = keyedGamma(this.generator.next(), [numChains], alpha);
    const steps = Array.from(
      { length: numChains * chainDepth },
      (_, i) => `${Math.floor(i / chainDepth)}/${i % chainDepth}`,
    );
    const drawn = steps.flatMap((step) =>
      entries.map(([name, layer]) => drawUnder(`${step}/${name}`, layer, images)),
    );
    const transformation = {
      chainMixingWeights: divide(shares, sum(shares)) as Tensor, // SAFETY: tensors in, tensor out
      weightSample: keyedBeta(this.generator.next(), [], alpha, alpha),
      choices: cast(this.uniform([numChains, chainDepth], 0, entries.length + 1), "int32") as Tensor, // SAFETY: as above
    };
    return Object.assign(transformation, ...drawn) as Transformation; // SAFETY: transformations, put together
  }

  override transformImages(images: Tensor, transformation: Transformation, training: boolean): Tensor {
    const { chainMixingWeights: shares, weightSample: weight, choices } = transformation;
    if (!training || shares === undefined || weight === undefined || choices === undefined) return images;
    let mixed = zerosLike(images) as Tensor; // SAFETY: tensors in, tensor out
    for (let chain = 0; chain < this.numChains; chain++) {
      let result = images;
      for (let depth = 0; depth < this.chainDepth; depth++) {
        const steps = Object.entries(this.augmentations).map(
          ([name, layer]) =>
            (x: Tensor): Tensor =>
              layer.transformImages(x, drawnFor(`${chain}/${depth}/${name}`, transformation), true),
        );
        const index = getItem(choices, [chain, depth]) as Tensor; // SAFETY: as above
        result = applyOne(index, [...steps, (x) => x], result);
      }
      mixed = add(mixed, multiply(result, getItem(shares, [chain]))) as Tensor; // SAFETY: as above
    }
    const whole = add(multiply(images, weight), multiply(mixed, subtract(1, weight)));
    return inRange(whole as Tensor, this.valueRange); // SAFETY: as above
  }
}

export interface AugMix extends AugMixLayer, LayerCall<SameRule> {}

export interface AugMixConstructor extends LayerConstructor<
  Fixed<AugMix>,
  AugMixOptions,
  [
    valueRange: "valueRange",
    numChains: "numChains",
    chainDepth: "chainDepth",
    factor: "factor",
    alpha: "alpha",
    allOps: "allOps",
    interpolation: "interpolation",
    seed: "seed",
    dataFormat: "dataFormat",
  ]
> {}

/**
 * In training, mixes images with several chains of augmentations of them.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/aug_mix.py`, and Hendrycks et al., "AugMix" (2019)
 */
export const AugMix: AugMixConstructor = callable<typeof AugMixLayer, AugMixConstructor>(AugMixLayer);

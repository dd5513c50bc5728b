import type { DataFormat } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { switch as switchOp } from "../../ops/branching.ts";
import { AutoContrast } from "./auto-contrast.ts";
import { Equalization } from "./equalization.ts";
import type { ImageLayer, Transformation } from "./image-layer.ts";
import { RandomBrightness } from "./random-brightness.ts";
import { RandomColorDegeneration } from "./random-color-degeneration.ts";
import { RandomContrast } from "./random-contrast.ts";
import { RandomPosterization } from "./random-posterization.ts";
import { RandomRotation } from "./random-rotation.ts";
import { RandomSharpness } from "./random-sharpness.ts";
import { RandomShear } from "./random-shear.ts";
import { RandomTranslation } from "./random-translation.ts";
import { Solarization } from "./solarization.ts";

/** What the layers that choose among augmentations have in common. */
export interface AugmentationOptions {
  readonly valueRange: readonly [number, number];
  readonly factor: readonly [number, number];
  readonly interpolation: "nearest" | "bilinear";
  readonly seed: number | null;
  readonly dataFormat: DataFormat;
}

/** The augmentations that `RandAugment` and `AugMix` choose from, by Keras's names, in `RandAugment`'s order. */
export function augmentations({
  valueRange,
  factor,
  interpolation,
  seed,
  dataFormat,
}: AugmentationOptions): Readonly<Record<string, ImageLayer>> {
  const color = { valueRange, seed, dataFormat };
  const geometry = { interpolation, seed, dataFormat };
  return {
    random_shear: RandomShear({ xFactor: factor, yFactor: factor, ...geometry }),
    random_translation: RandomTranslation(factor, factor, geometry),
    random_rotation: RandomRotation(factor, geometry),
    random_brightness: RandomBrightness(factor, color),
    random_color_degeneration: RandomColorDegeneration(factor, color),
    random_contrast: RandomContrast(factor, color),
    random_sharpness: RandomSharpness(factor, color),
    random_posterization: RandomPosterization(Math.max(1, Math.trunc(8 * factor[1])), color),
    solarization: Solarization({ additionFactor: factor, thresholdFactor: factor, ...color }),
    auto_contrast: AutoContrast({ valueRange, dataFormat }),
    equalization: Equalization({ valueRange, dataFormat }),
  };
}

/** What was drawn for one layer, among what was drawn for all: names begin with the layer's and a slash. */
export function drawnFor(prefix: string, all: Transformation): Transformation {
  const own = Object.entries(all).filter(([name]) => name.startsWith(`${prefix}/`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length + 1), value]));
}

/** Draws for a layer, under its prefix. */
export function drawUnder(prefix: string, layer: ImageLayer, images: Tensor): Transformation {
  const drawn = Object.entries(layer.drawTransformation(images, true));
  return Object.fromEntries(drawn.map(([name, value]) => [`${prefix}/${name}`, value]));
}

/** The layer of that number, applied; only this one is computed. */
export function applyOne(
  index: Tensor,
  layers: readonly ((images: Tensor) => Tensor)[],
  images: Tensor,
): Tensor {
  return switchOp(
    index,
    layers.map((layer) => () => layer(images)),
  );
}

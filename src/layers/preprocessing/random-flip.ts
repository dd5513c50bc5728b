import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { lessEqual } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { flip } from "../../ops/rearranging.ts";
import { reshape } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { oneOf } from "../../util/options.ts";
import { type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { joinParts, partsOf } from "./bounding-boxes/formats.ts";
import { minus } from "./bounding-boxes/math.ts";
import type { ImageBoxes } from "./bounding-boxes/move.ts";
import {
  bindImage,
  type ImageLayerOptions,
  type ImageSizes,
  RandomImageLayer,
  type Transformation,
} from "./image-layer.ts";

export interface RandomFlipOptions extends ImageLayerOptions {
  /** Default `"horizontal_and_vertical"`. */
  readonly mode?: "horizontal" | "vertical" | "horizontal_and_vertical" | undefined;
}

class RandomFlipLayer extends RandomImageLayer {
  static readonly className = "RandomFlip";
  static readonly parameters: ParameterTable = {
    mode: "horizontal_and_vertical",
    seed: null,
    dataFormat: null,
  };

  readonly mode: "horizontal" | "vertical" | "horizontal_and_vertical";

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandomFlipOptions>("RandomFlip", RandomFlipLayer.parameters, args);
    super(given);
    this.mode = oneOf("RandomFlip", "mode", given.mode, [
      "horizontal",
      "vertical",
      "horizontal_and_vertical",
    ]);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    return { flips: lessEqual(this.uniform([batch, 1, 1, 1]), 0.5) as Tensor }; // SAFETY: tensors in, tensor out
  }

  override transformImages(images: Tensor, { flips }: Transformation, training: boolean): Tensor {
    if (!training || flips === undefined) return images;
    return this.#flip(images, flips);
  }

  override transformSegmentationMasks(masks: Tensor, { flips }: Transformation, training: boolean): Tensor {
    return training && flips !== undefined ? this.#flip(masks, flips) : masks;
  }

  override transformBoundingBoxes(
    boxes: ImageBoxes,
    { flips }: Transformation,
    training: boolean,
    sizes: ImageSizes,
  ): ImageBoxes {
    if (!training || flips === undefined) return boxes;
    const chosen = reshape(flips, [-1, 1, 1]);
    return this.movedBoxes(boxes, sizes, sizes, (corners) => {
      const [x1, y1, x2, y2] = partsOf(corners);
      const [left, right] =
        this.mode === "vertical" ? [x1, x2] : [minus(sizes.width, x2), minus(sizes.width, x1)];
      const [top, bottom] =
        this.mode === "horizontal" ? [y1, y2] : [minus(sizes.height, y2), minus(sizes.height, y1)];
      return where(chosen, joinParts(left, top, right, bottom), corners) as Tensor; // SAFETY: tensors in, tensor out
    });
  }

  #flip(images: Tensor, flips: Tensor): Tensor {
    const isLast = this.dataFormat === "channels_last";
    const along = (x: Tensor, axis: number): Tensor => where(flips, flip(x, axis), x) as Tensor; // SAFETY: tensors in, tensor out
    const flipped = this.mode === "vertical" ? images : along(images, isLast ? 2 : 3);
    return this.mode === "horizontal" ? flipped : along(flipped, isLast ? 1 : 2);
  }
}

export interface RandomFlip extends RandomFlipLayer, LayerCall<SameRule> {}

export interface RandomFlipConstructor extends LayerConstructor<
  Fixed<RandomFlip>,
  RandomFlipOptions,
  [mode: "mode", seed: "seed", dataFormat: "dataFormat"]
> {}

/**
 * In training, mirrors half of the images: left to right, top to bottom, or both.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_flip.py`
 */
export const RandomFlip: RandomFlipConstructor = callable<typeof RandomFlipLayer, RandomFlipConstructor>(
  RandomFlipLayer,
);

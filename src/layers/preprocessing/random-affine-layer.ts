import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { affineTransform } from "../../ops/image.ts";
import { oneOf } from "../../util/options.ts";
import {
  fillModes,
  type ImageLayerOptions,
  pointInterpolations,
  RandomImageLayer,
  type Transformation,
} from "./image-layer.ts";

export interface AffineOptions extends ImageLayerOptions {
  /** What lies outside the images. Default `"reflect"`. */
  readonly fillMode?: (typeof fillModes)[number] | undefined;
  /** Default `"bilinear"`. */
  readonly interpolation?: (typeof pointInterpolations)[number] | undefined;
  /** For fillMode `"constant"`. Default 0. */
  readonly fillValue?: number | undefined;
}

/** Base of layers that move the points of each image by a matrix. */
export abstract class RandomAffineLayer extends RandomImageLayer {
  readonly fillMode: (typeof fillModes)[number];
  readonly interpolation: (typeof pointInterpolations)[number];
  readonly fillValue: number;

  constructor(given: AffineOptions) {
    super(given);
    this.fillMode = oneOf(this.className, "fillMode", given.fillMode, fillModes);
    this.interpolation = oneOf(this.className, "interpolation", given.interpolation, pointInterpolations);
    this.fillValue = given.fillValue ?? 0;
  }

  /** The matrices `[batch, 8]` of what was drawn; null where nothing was. */
  protected abstract matrixOf(images: Tensor, transformation: Transformation): Tensor | null;

  override transformImages(images: Tensor, transformation: Transformation, training: boolean): Tensor {
    return training ? this.#transform(images, transformation, this.interpolation) : images;
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: Transformation,
    training: boolean,
  ): Tensor {
    return training ? this.#transform(masks, transformation, "nearest") : masks;
  }

  #transform(
    images: Tensor,
    transformation: Transformation,
    interpolation: (typeof pointInterpolations)[number],
  ): Tensor {
    const matrix = this.matrixOf(images, transformation);
    if (matrix === null) return images;
    const { fillMode, fillValue, dataFormat } = this;
    const options = { interpolation, fillMode, fillValue, dataFormat };
    // Masks keep their dtype.
    return cast(affineTransform(images, matrix, options), images.dtype) as Tensor; // SAFETY: tensors in, tensor out
  }
}

import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { getItem } from "../../ops/get-item.ts";
import { affineTransform } from "../../ops/image.ts";
import { expandDims } from "../../ops/shape.ts";
import { oneOf } from "../../util/options.ts";
import { againstMatrix, type ImageBoxes } from "./bounding-boxes/move.ts";
import {
  fillModes,
  type ImageLayerOptions,
  type ImageSizes,
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
  protected abstract matrixOf(sizes: ImageSizes, transformation: Transformation): Tensor | null;

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

  override transformBoundingBoxes(
    boxes: ImageBoxes,
    transformation: Transformation,
    training: boolean,
    sizes: ImageSizes,
  ): ImageBoxes {
    const matrix = training ? this.matrixOf(sizes, transformation) : null;
    if (matrix === null) return boxes;
    const rows = [0, 1, 2, 3, 4, 5].map(
      (i) => expandDims(getItem(matrix, [":", i]), { axis: [1, 2] }) as Tensor,
    ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]; // SAFETY: six tensors of one
    return this.movedBoxes(boxes, sizes, sizes, (corners) => againstMatrix(corners, rows));
  }

  #transform(
    images: Tensor,
    transformation: Transformation,
    interpolation: (typeof pointInterpolations)[number],
  ): Tensor {
    const matrix = this.matrixOf(this.sizesOf(images), transformation);
    if (matrix === null) return images;
    const { fillMode, fillValue, dataFormat } = this;
    const options = { interpolation, fillMode, fillValue, dataFormat };
    // Masks keep their dtype.
    return cast(affineTransform(images, matrix, options), images.dtype) as Tensor; // SAFETY: tensors in, tensor out
  }
}

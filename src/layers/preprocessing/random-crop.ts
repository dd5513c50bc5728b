import type { LayerCall } from "../../graph/layer.ts";
import type { WideRule } from "../../ir/shape-types/index.ts";
import { cast } from "../../ops/cast.ts";
import { makeTensor } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { resize } from "../../ops/image.ts";
import { slice } from "../../ops/blocks.ts";
import { concatenate } from "../../ops/joining.ts";
import { reshape } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { type ImageBoxes, windowed } from "./bounding-boxes/move.ts";
import {
  bindImage,
  type ImageLayerOptions,
  type ImageSizes,
  RandomImageLayer,
  type Transformation,
} from "./image-layer.ts";

export interface RandomCropOptions extends ImageLayerOptions {
  readonly height?: number | undefined;
  readonly width?: number | undefined;
}

class RandomCropLayer extends RandomImageLayer {
  static readonly className = "RandomCrop";
  static readonly parameters: ParameterTable = {
    height: required,
    width: required,
    seed: null,
    dataFormat: null,
  };

  readonly height: number;
  readonly width: number;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandomCropOptions>("RandomCrop", RandomCropLayer.parameters, args);
    super(given);
    this.height = positiveInteger("RandomCrop", "height", given.height);
    this.width = positiveInteger("RandomCrop", "width", given.width);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { height, width } = this.sizesOf(images);
    if (height <= this.height || width <= this.width) {
      // Without room to choose: the middle window of the new proportions.
      const cropHeight = Math.max(Math.min(height, Math.trunc((width * this.height) / this.width)), 1);
      const cropWidth = Math.max(Math.min(width, Math.trunc((height * this.width) / this.height)), 1);
      const at = (x: number): Tensor => makeTensor([Math.trunc(x / 2)], { dtype: "int32" });
      return { top: at(height - cropHeight), left: at(width - cropWidth) };
    }
    const start = (room: number): Tensor => cast(this.uniform([1], 0, room + 1), "int32") as Tensor; // SAFETY: tensors in, tensor out
    return { top: start(height - this.height), left: start(width - this.width) };
  }

  override transformImages(images: Tensor, transformation: Transformation, training: boolean): Tensor {
    return training ? this.#crop(images, transformation, "bilinear") : images;
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: Transformation,
    training: boolean,
  ): Tensor {
    return training ? this.#crop(masks, transformation, "nearest") : masks;
  }

  override transformBoundingBoxes(
    boxes: ImageBoxes,
    { top, left }: Transformation,
    training: boolean,
    sizes: ImageSizes,
  ): ImageBoxes {
    if (!training || top === undefined || left === undefined) return boxes;
    const [tall, wide] = this.#windowSize(sizes);
    const start = [cast(top, "float32") as Tensor, cast(left, "float32") as Tensor] as const; // SAFETY: tensors in, tensors out
    const scale = [this.height / tall, this.width / wide] as const;
    return this.movedBoxes(boxes, sizes, this, (corners) => windowed(corners, start, scale));
  }

  /** Where an image is too small, the window ends with it, and is resized. */
  #windowSize({ height, width }: ImageSizes): readonly [height: number, width: number] {
    if (height > this.height && width > this.width) return [this.height, this.width];
    return [
      Math.min(this.height, height - this.#known(height, width, 0)),
      Math.min(this.width, width - this.#known(height, width, 1)),
    ];
  }

  #crop(images: Tensor, { top, left }: Transformation, interpolation: "bilinear" | "nearest"): Tensor {
    if (top === undefined || left === undefined) return images;
    const isLast = this.dataFormat === "channels_last";
    const [cropHeight, cropWidth] = this.#windowSize(this.sizesOf(images));
    const none = makeTensor([0], { dtype: "int32" });
    const [first, second] = [reshape(top, [1]), reshape(left, [1])];
    const startIndices = concatenate(
      isLast ? [none, first, second, none] : [none, none, first, second],
    ) as Tensor; // SAFETY: tensors in, tensor out
    const [batch = 1] = images.dims;
    const channels = images.dims.at(this.channelAxis) ?? 1;
    const shape = isLast
      ? [batch, cropHeight, cropWidth, channels]
      : [batch, channels, cropHeight, cropWidth];
    const window = slice(images, { startIndices, shape }) as Tensor; // SAFETY: tensors in, tensor out
    if (cropHeight === this.height && cropWidth === this.width) return window;
    const sized = resize(window, {
      size: [this.height, this.width],
      interpolation,
      dataFormat: this.dataFormat,
    });
    return cast(sized, images.dtype) as Tensor; // SAFETY: tensors in, tensor out
  }

  /** Where the middle window of an image without room begins. */
  #known(height: number, width: number, axis: 0 | 1): number {
    const cropped =
      axis === 0
        ? Math.trunc((width * this.height) / this.width)
        : Math.trunc((height * this.width) / this.height);
    const size = axis === 0 ? height : width;
    return Math.trunc((size - Math.max(Math.min(size, cropped), 1)) / 2);
  }
}

export interface RandomCrop extends RandomCropLayer, LayerCall<WideRule> {}

export interface RandomCropConstructor extends LayerConstructorOf<
  Fixed<RandomCrop>,
  { readonly height: number; readonly width: number },
  [height: "height", width: "width"],
  RandomCropOptions,
  [seed: "seed", dataFormat: "dataFormat"]
> {}

/**
 * In training, a random window of the images, in the given size. In inference images stay as they are.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_crop.py`
 */
export const RandomCrop: RandomCropConstructor = callable<typeof RandomCropLayer, RandomCropConstructor>(
  RandomCropLayer,
);

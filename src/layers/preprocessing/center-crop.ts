import type { LayerCall } from "../../graph/layer.ts";
import type { DataFormat } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { type ImageBoxes, windowed } from "./bounding-boxes/move.ts";
import { cropWindow, smartResize, windowSize } from "./crop-and-resize.ts";
import {
  bindImage,
  ImageLayer,
  type ImageLayerOptions,
  type ImageSizes,
  type Transformation,
} from "./image-layer.ts";
import type { ImageSizeRule } from "./image-rules.ts";

export interface CenterCropOptions extends Omit<ImageLayerOptions, "seed"> {
  readonly height?: number | undefined;
  readonly width?: number | undefined;
}

class CenterCropLayer extends ImageLayer {
  static readonly className = "CenterCrop";
  static readonly parameters: ParameterTable = { height: required, width: required, dataFormat: null };

  readonly height: number;
  readonly width: number;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<CenterCropOptions>("CenterCrop", CenterCropLayer.parameters, args);
    super(given);
    this.height = positiveInteger("CenterCrop", "height", given.height);
    this.width = positiveInteger("CenterCrop", "width", given.width);
  }

  override transformImages(images: Tensor): Tensor {
    return this.#crop(images, "bilinear");
  }

  override transformSegmentationMasks(masks: Tensor, _transformation: Transformation): Tensor {
    return this.#crop(masks, "nearest");
  }

  override transformBoundingBoxes(
    boxes: ImageBoxes,
    _transformation: Transformation,
    _training: boolean,
    sizes: ImageSizes,
  ): ImageBoxes {
    const { height, width } = sizes;
    const isSmall = height < this.height || width < this.width;
    const [tall, wide] = isSmall
      ? windowSize(height, width, this.height, this.width)
      : [this.height, this.width];
    const start = [Math.floor((height - tall) / 2), Math.floor((width - wide) / 2)] as const;
    const scale = [this.height / tall, this.width / wide] as const;
    return this.movedBoxes(boxes, sizes, this, (corners) => windowed(corners, start, scale));
  }

  #crop(images: Tensor, interpolation: "bilinear" | "nearest"): Tensor {
    const { height, width } = this.sizesOf(images);
    const [down, right] = [height - this.height, width - this.width];
    if (down < 0 || right < 0)
      return smartResize(images, [height, width], [this.height, this.width], interpolation, this.dataFormat);
    return cropWindow(
      images,
      [Math.floor(down / 2), Math.floor(right / 2)],
      [this.height, this.width],
      this.dataFormat,
    );
  }
}

export interface CenterCrop<
  H extends number = number,
  W extends number = number,
  F extends DataFormat = DataFormat,
>
  extends CenterCropLayer, LayerCall<ImageSizeRule<"CenterCrop", H, W, F>> {}

export interface CenterCropConstructor extends LayerConstructorOf<
  Fixed<CenterCrop>,
  { readonly height: number; readonly width: number },
  [height: "height", width: "width"],
  CenterCropOptions,
  [dataFormat: "dataFormat"]
> {
  <const H extends number, const W extends number, const F extends DataFormat = "channels_last">(
    height: H,
    width: W,
    options?: CenterCropOptions & { readonly dataFormat?: F },
  ): CenterCrop<H, W, F>;
}

/**
 * The middle of images, in the given size; images that are too small are resized instead.
 *
 * Shapes (channels last): `[batch, h, w, channels]` → `[batch, height, width, channels]`, or a single image likewise.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/center_crop.py`
 */
export const CenterCrop: CenterCropConstructor = callable<typeof CenterCropLayer, CenterCropConstructor>(
  CenterCropLayer,
);

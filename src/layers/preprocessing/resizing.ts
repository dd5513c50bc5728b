import type { LayerCall } from "../../graph/layer.ts";
import { isFloat } from "../../ir/dtypes.ts";
import type { DataFormat } from "../../ir/shape-types/index.ts";
import { saturateCast } from "../../ops/conversion.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { resize } from "../../ops/image.ts";
import { round } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { oneOf } from "../../util/options.ts";
import { type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { type ImageBoxes, windowed } from "./bounding-boxes/move.ts";
import {
  bindImage,
  ImageLayer,
  type ImageLayerOptions,
  type ImageSizes,
  type Transformation,
} from "./image-layer.ts";
import type { ImageSizeRule } from "./image-rules.ts";

const interpolations = ["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"] as const;

export interface ResizingOptions extends Omit<ImageLayerOptions, "seed"> {
  readonly height?: number | undefined;
  readonly width?: number | undefined;
  /** Default `"bilinear"`. */
  readonly interpolation?: (typeof interpolations)[number] | undefined;
  /** Whether only the middle window of the new proportions is used. Default false. */
  readonly cropToAspectRatio?: boolean | undefined;
  /** Whether the images are filled up to the new proportions first. Default false. */
  readonly padToAspectRatio?: boolean | undefined;
  /** Default `"constant"`, the only one. */
  readonly fillMode?: "constant" | undefined;
  /** Default 0. */
  readonly fillValue?: number | undefined;
  /** Whether images are smoothed before they are made smaller. Default false. */
  readonly antialias?: boolean | undefined;
}

class ResizingLayer extends ImageLayer {
  static readonly className = "Resizing";
  static readonly parameters: ParameterTable = {
    height: required,
    width: required,
    interpolation: "bilinear",
    cropToAspectRatio: false,
    padToAspectRatio: false,
    fillMode: "constant",
    fillValue: 0,
    antialias: false,
    dataFormat: null,
  };

  readonly height: number;
  readonly width: number;
  readonly interpolation: (typeof interpolations)[number];
  readonly cropToAspectRatio: boolean;
  readonly padToAspectRatio: boolean;
  readonly fillMode: "constant";
  readonly fillValue: number;
  readonly antialias: boolean;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<ResizingOptions>("Resizing", ResizingLayer.parameters, args);
    super(given);
    this.height = positiveInteger("Resizing", "height", given.height);
    this.width = positiveInteger("Resizing", "width", given.width);
    this.interpolation = oneOf("Resizing", "interpolation", given.interpolation, interpolations);
    this.cropToAspectRatio = given.cropToAspectRatio ?? false;
    this.padToAspectRatio = given.padToAspectRatio ?? false;
    this.fillMode = oneOf("Resizing", "fillMode", given.fillMode, ["constant"]);
    this.fillValue = given.fillValue ?? 0;
    this.antialias = given.antialias ?? false;
  }

  override transformImages(images: Tensor): Tensor {
    return this.#resize(images, this.interpolation);
  }

  override transformSegmentationMasks(masks: Tensor): Tensor {
    return this.#resize(masks, "nearest");
  }

  override transformBoundingBoxes(
    boxes: ImageBoxes,
    _transformation: Transformation,
    _training: boolean,
    sizes: ImageSizes,
  ): ImageBoxes {
    const [down, across] = [this.height / sizes.height, this.width / sizes.width];
    const { cropToAspectRatio, padToAspectRatio } = this;
    const one = cropToAspectRatio ? Math.max(down, across) : Math.min(down, across);
    const scale = cropToAspectRatio || padToAspectRatio ? ([one, one] as const) : ([down, across] as const);
    // What is cut off, or added, at the top and at the left.
    const start = [
      Math.trunc((sizes.height * scale[0] - this.height) / 2) / scale[0],
      Math.trunc((sizes.width * scale[1] - this.width) / 2) / scale[1],
    ] as const;
    return this.movedBoxes(boxes, sizes, this, (corners) => windowed(corners, start, scale));
  }

  #resize(images: Tensor, interpolation: (typeof interpolations)[number]): Tensor {
    const { cropToAspectRatio, padToAspectRatio, fillMode, fillValue, antialias, dataFormat } = this;
    const options = {
      interpolation,
      antialias,
      cropToAspectRatio,
      padToAspectRatio,
      fillMode,
      fillValue,
      dataFormat,
    };
    const resized = resize(images, { size: [this.height, this.width], ...options }) as Tensor; // SAFETY: tensor in, tensor out
    if (resized.dtype === images.dtype) return resized;
    return saturateCast(isFloat(images.dtype) ? resized : round(resized), images.dtype) as Tensor; // SAFETY: as above
  }
}

export interface Resizing<
  H extends number = number,
  W extends number = number,
  F extends DataFormat = DataFormat,
>
  extends ResizingLayer, LayerCall<ImageSizeRule<"Resizing", H, W, F>> {}

export interface ResizingConstructor extends LayerConstructorOf<
  Fixed<Resizing>,
  { readonly height: number; readonly width: number },
  [height: "height", width: "width"],
  ResizingOptions,
  [
    interpolation: "interpolation",
    cropToAspectRatio: "cropToAspectRatio",
    padToAspectRatio: "padToAspectRatio",
    fillMode: "fillMode",
    fillValue: "fillValue",
    antialias: "antialias",
    dataFormat: "dataFormat",
  ]
> {
  <const H extends number, const W extends number, const F extends DataFormat = "channels_last">(
    height: H,
    width: W,
    options?: ResizingOptions & { readonly dataFormat?: F },
  ): Resizing<H, W, F>;
}

/**
 * Images in another size.
 *
 * Shapes (channels last): `[batch, h, w, channels]` → `[batch, height, width, channels]`, or a single image likewise.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/resizing.py`
 */
export const Resizing: ResizingConstructor = callable<typeof ResizingLayer, ResizingConstructor>(
  ResizingLayer,
);

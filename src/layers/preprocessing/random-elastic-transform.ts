import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { arange } from "../../ops/creation.ts";
import { gaussianBlur, mapCoordinates } from "../../ops/image.ts";
import { where } from "../../ops/indexing.ts";
import { stack } from "../../ops/joining.ts";
import { keyedNormal } from "../../ops/random.ts";
import { broadcastTo, reshape, transpose } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { oneOf } from "../../util/options.ts";
import type { ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import type { ImageBoxes } from "./bounding-boxes/move.ts";
import {
  bindImage,
  type ColorOptions,
  type Factor,
  inRange,
  intervalOf,
  perImage,
  pointInterpolations,
  type Transformation,
} from "./image-layer.ts";
import { RandomColorLayer } from "./random-color-layer.ts";

const fillModes = ["constant", "nearest", "wrap", "mirror", "reflect"] as const;

export interface RandomElasticTransformOptions extends ColorOptions {
  /** How likely an image is distorted, between 0 and 1. Default 1. */
  readonly factor?: Factor | undefined;
  /** How far, between 0 and 1: up to so much, or from one to the other. Default 1. */
  readonly scale?: Factor | undefined;
  /** Default `"bilinear"`. */
  readonly interpolation?: (typeof pointInterpolations)[number] | undefined;
  /** What lies outside the images. Default `"reflect"`. */
  readonly fillMode?: (typeof fillModes)[number] | undefined;
  /** For fillMode `"constant"`. Default 0. */
  readonly fillValue?: number | undefined;
}

class RandomElasticTransformLayer extends RandomColorLayer {
  static readonly className = "RandomElasticTransform";
  static readonly parameters: ParameterTable = {
    factor: 1,
    scale: 1,
    interpolation: "bilinear",
    fillMode: "reflect",
    fillValue: 0,
    valueRange: [0, 255],
    seed: null,
    dataFormat: null,
  };

  readonly scale: readonly [number, number];
  readonly interpolation: (typeof pointInterpolations)[number];
  readonly fillMode: (typeof fillModes)[number];
  readonly fillValue: number;

  constructor(...args: readonly unknown[]) {
    const name = "RandomElasticTransform";
    const given = bindImage<RandomElasticTransformOptions>(
      name,
      RandomElasticTransformLayer.parameters,
      args,
    );
    super(given, [0, 1]);
    this.scale = intervalOf(name, "scale", given.scale ?? 1, [0, 1]);
    this.interpolation = oneOf(name, "interpolation", given.interpolation, pointInterpolations);
    this.fillMode = oneOf(name, "fillMode", given.fillMode, fillModes);
    this.fillValue = given.fillValue ?? 0;
  }

  /** Which images are distorted, and how far each of their pixels moves: smooth noise `[batch, height, width, 1]`. */
  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training || this.scale[1] === 0 || this.factor[1] === 0) return {};
    const { batch, height, width } = this.sizesOf(images);
    const applyTransform = this.chosen(batch, this.factor);
    const strength = this.uniform([1], ...this.scale);
    const perStrength = 0.05 * Math.min(height, width);
    const deviation = add(multiply(strength, perStrength), 1e-6) as Tensor; // SAFETY: as above
    const sigma = broadcastTo(deviation, [2]) as Tensor; // SAFETY: as above
    const size = Math.trunc(6 * perStrength * this.scale[1]) | 1;
    // As Keras: noise of deviation σ, blurred with σ, times α.
    const field = (): Tensor => {
      const noise = multiply(keyedNormal(this.generator.next(), [batch, height, width, 1]), deviation);
      const smooth = gaussianBlur(noise as Tensor, {
        kernelSize: [size, size],
        sigma,
        dataFormat: "channels_last",
      });
      return multiply(smooth, multiply(strength, 0.1 * Math.max(height, width))) as Tensor; // SAFETY: as above
    };
    return { applyTransform, down: field(), right: field() };
  }

  override transformImages(images: Tensor, transformation: Transformation, training: boolean): Tensor {
    const changed = training ? this.#distort(images, transformation, this.interpolation) : null;
    return changed === null ? images : inRange(changed, this.valueRange);
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: Transformation,
    training: boolean,
  ): Tensor {
    const changed = training ? this.#distort(masks, transformation, "nearest") : null;
    return changed === null ? masks : (cast(changed, masks.dtype) as Tensor); // SAFETY: tensor in, tensor out
  }

  #distort(
    given: Tensor,
    { applyTransform, down, right }: Transformation,
    interpolation: (typeof pointInterpolations)[number],
  ): Tensor | null {
    if (applyTransform === undefined || down === undefined || right === undefined) return null;
    const isLast = this.dataFormat === "channels_last";
    const images = (isLast ? given : transpose(given, [0, 2, 3, 1])) as Tensor; // SAFETY (all): tensors in, tensor out
    const along = (axis: number, moved?: Tensor): Tensor => {
      const shape = images.dims.map((dim, i) => (i === axis ? dim : 1));
      const places = reshape(arange(images.dims[axis] ?? 1, { dtype: "float32" }), shape);
      return broadcastTo(moved === undefined ? places : add(places, moved), images.dims) as Tensor; // SAFETY: as above
    };
    const coordinates = stack([along(0), along(1, down), along(2, right), along(3)]) as Tensor; // SAFETY: as above
    const { fillMode, fillValue } = this;
    const order = interpolation === "nearest" ? 0 : 1;
    const moved = mapCoordinates(images, coordinates, { order, fillMode, fillValue });
    const result = where(perImage(applyTransform), cast(moved, images.dtype), images) as Tensor; // SAFETY: as above
    return (isLast ? result : transpose(result, [0, 3, 1, 2])) as Tensor; // SAFETY: as above
  }

  override transformBoundingBoxes(
    boxes: ImageBoxes,
    _transformation: Transformation,
    training: boolean,
  ): ImageBoxes {
    return training ? this.refuseBoxes() : boxes;
  }
}

export interface RandomElasticTransform extends RandomElasticTransformLayer, LayerCall<SameRule> {}

export interface RandomElasticTransformConstructor extends LayerConstructor<
  Fixed<RandomElasticTransform>,
  RandomElasticTransformOptions,
  [
    factor: "factor",
    scale: "scale",
    interpolation: "interpolation",
    fillMode: "fillMode",
    fillValue: "fillValue",
    valueRange: "valueRange",
    seed: "seed",
    dataFormat: "dataFormat",
  ]
> {}

/**
 * In training, distorts images as if drawn on rubber: each pixel moves by smooth noise.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_elastic_transform.py`
 */
export const RandomElasticTransform: RandomElasticTransformConstructor = callable<
  typeof RandomElasticTransformLayer,
  RandomElasticTransformConstructor
>(RandomElasticTransformLayer);

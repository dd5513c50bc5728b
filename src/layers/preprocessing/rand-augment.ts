import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { getItem } from "../../ops/get-item.ts";
import { callable } from "../../util/callable.ts";
import { oneOf } from "../../util/options.ts";
import { type ParameterTable, positiveInteger } from "../../util/parameters.ts";
import { applyOne, augmentations, drawnFor, drawUnder } from "./augmentations.ts";
import { convertBoxes } from "./bounding-boxes/convert.ts";
import { type ImageBoxes, packBoxes, unpackBoxes } from "./bounding-boxes/move.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import {
  bindImage,
  type ColorOptions,
  type Factor,
  type ImageLayer,
  type ImageSizes,
  intervalOf,
  pointInterpolations,
  RandomImageLayer,
  rangeOf,
  type Transformation,
} from "./image-layer.ts";

export interface RandAugmentOptions extends ColorOptions {
  /** How many augmentations are applied one after another. Default 2. */
  readonly numOps?: number | undefined;
  /** How strong they are, between 0 and 1. Default 0.5. */
  readonly factor?: Factor | undefined;
  /** Default `"bilinear"`. */
  readonly interpolation?: (typeof pointInterpolations)[number] | undefined;
}

class RandAugmentLayer extends RandomImageLayer {
  static readonly className = "RandAugment";
  static readonly parameters: ParameterTable = {
    valueRange: [0, 255],
    numOps: 2,
    factor: 0.5,
    interpolation: "bilinear",
    seed: null,
    dataFormat: null,
  };

  readonly valueRange: readonly [number, number];
  readonly numOps: number;
  readonly factor: readonly [number, number];
  readonly interpolation: (typeof pointInterpolations)[number];
  /** The augmentations to choose from. */
  readonly augmentations: Readonly<Record<string, ImageLayer>>;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandAugmentOptions>("RandAugment", RandAugmentLayer.parameters, args);
    super(given);
    this.valueRange = rangeOf("RandAugment", given.valueRange);
    this.numOps = positiveInteger("RandAugment", "numOps", given.numOps);
    this.factor = intervalOf("RandAugment", "factor", given.factor ?? 0, [0, 1]);
    this.interpolation = oneOf("RandAugment", "interpolation", given.interpolation, pointInterpolations);
    this.augmentations = augmentations(this);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const entries = Object.entries(this.augmentations);
    const layerIdxes = cast(this.uniform([this.numOps], 0, entries.length), "int32") as Tensor; // SAFETY: tensor in, tensor out
    return Object.assign(
      { layerIdxes },
      ...entries.map(([name, layer]) => drawUnder(name, layer, images)),
    ) as Transformation; // SAFETY: transformations, put together
  }

  override transformImages(images: Tensor, transformation: Transformation, training: boolean): Tensor {
    const { layerIdxes } = transformation;
    if (!training || layerIdxes === undefined) return images;
    const steps = Object.entries(this.augmentations).map(
      ([name, layer]) =>
        (x: Tensor): Tensor =>
          layer.transformImages(x, drawnFor(name, transformation), true),
    );
    let result = images;
    for (let i = 0; i < this.numOps; i++) {
      result = applyOne(getItem(layerIdxes, [i]) as Tensor, steps, result); // SAFETY: tensor in, tensor out
    }
    return result;
  }

  override transformBoundingBoxes(
    given: ImageBoxes,
    transformation: Transformation,
    training: boolean,
    sizes: ImageSizes,
  ): ImageBoxes {
    const { layerIdxes } = transformation;
    if (!training || layerIdxes === undefined) return given;
    // The layers that are chosen among take boxes in pixels.
    const format = this.boundingBoxFormat ?? "xyxy";
    const boxes = convertBoxes(this.where, given.boxes, format, "xyxy", sizes);
    const steps = Object.entries(this.augmentations).map(
      ([name, layer]) =>
        (x: Tensor): Tensor =>
          packBoxes(
            layer.transformBoundingBoxes(unpackBoxes(x), drawnFor(name, transformation), true, sizes),
          ),
    );
    let packed = packBoxes({ boxes, labels: given.labels });
    for (let i = 0; i < this.numOps; i++) {
      packed = applyOne(getItem(layerIdxes, [i]) as Tensor, steps, packed); // SAFETY: tensor in, tensor out
    }
    const changed = unpackBoxes(packed);
    return {
      boxes: convertBoxes(this.where, changed.boxes, "xyxy", format, sizes),
      labels: cast(changed.labels, given.labels.dtype) as Tensor, // SAFETY: tensor in, tensor out
    };
  }
}

export interface RandAugment extends RandAugmentLayer, LayerCall<SameRule> {}

export interface RandAugmentConstructor extends LayerConstructor<
  Fixed<RandAugment>,
  RandAugmentOptions,
  [
    valueRange: "valueRange",
    numOps: "numOps",
    factor: "factor",
    interpolation: "interpolation",
    seed: "seed",
    dataFormat: "dataFormat",
  ]
> {}

/**
 * In training, applies some augmentations chosen at random: geometry, colours, contrast.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/rand_augment.py`, and Cubuk et al., "RandAugment" (2019)
 */
export const RandAugment: RandAugmentConstructor = callable<typeof RandAugmentLayer, RandAugmentConstructor>(
  RandAugmentLayer,
);

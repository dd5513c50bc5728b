import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import { SeedGenerator } from "../../graph/seed-generator.ts";
import { formatShape } from "../../ir/shape.ts";
import type { DataFormat } from "../../ir/shape-types/index.ts";
import { cast } from "../../ops/cast.ts";
import { less } from "../../ops/comparison.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { keyedUniform } from "../../ops/random.ts";
import { expandDims, reshape, squeeze } from "../../ops/shape.ts";
import { clip } from "../../ops/unary-math.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { checkOptions, isPlainObject } from "../../util/options.ts";
import { bindParameters, layerOptionNames, type ParameterTable } from "../../util/parameters.ts";
import { toDataFormat } from "../data-format.ts";
import { type BoxFormat, boxFormat } from "./bounding-boxes/formats.ts";
import { type Area, type ImageBoxes, type Move, moveBoxes } from "./bounding-boxes/move.ts";

export interface ImageLayerOptions extends LayerOptions {
  /** Default `config.imageDataFormat()`, `"channels_last"`. */
  readonly dataFormat?: DataFormat | null | undefined;
  /** Default null: random, or given by `setRandomSeed`. */
  readonly seed?: number | null | undefined;
  /** How boxes beside images are meant, such as `"xyxy"`; needed where there are boxes. Default null. */
  readonly boundingBoxFormat?: BoxFormat | null | undefined;
}

/** Options of layers that compute with the images' values. */
export interface ColorOptions extends ImageLayerOptions {
  /** Least and largest value of the images. Default `[0, 255]`. */
  readonly valueRange?: readonly [number, number] | readonly number[] | undefined;
}

/** What one call does to its images: what was drawn for it, by name. */
export type Transformation = Readonly<Record<string, Tensor>>;

/** What a layer of this kind is called on besides images alone; every part but `images` may be absent. */
export interface ImageData {
  readonly images: Tensor;
  readonly labels?: Tensor;
  readonly segmentationMasks?: Tensor;
  readonly boundingBoxes?: ImageBoxes;
}

/** A number, or the two ends of an interval. */
export type Factor = number | readonly [number, number] | readonly number[];

/** Images or their parts, how many there are, and their sizes. */
export interface ImageSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

/** The parts of an input by Keras's names, and by ours. */
const kerasNames: Readonly<Record<string, string>> = {
  segmentationMasks: "segmentation_masks",
  boundingBoxes: "bounding_boxes",
};
const ourNames = Object.fromEntries(Object.entries(kerasNames).map(([ours, keras]) => [keras, ours]));

function renamed(data: object, names: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(data).map(([name, part]) => [names[name] ?? name, part]));
}

/**
 * Base of layers that change images: batches `[batch, height, width, channels]` or single images, alone or as `images`
 * beside `labels`, `segmentationMasks` and `boundingBoxes` (`{ boxes, labels }`), which change alike.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/base_image_preprocessing_layer.py`
 */
export abstract class ImageLayer extends LayerBase {
  static readonly callArguments: CallArguments = { tensors: ["data"], options: ["training"] };

  readonly dataFormat: DataFormat;
  readonly boundingBoxFormat: BoxFormat | null;

  constructor(given: ImageLayerOptions) {
    super(given);
    this.dataFormat = toDataFormat(this.where, given.dataFormat);
    const format = given.boundingBoxFormat ?? null;
    this.boundingBoxFormat = format === null ? null : boxFormat(this.where, "boundingBoxFormat", format);
  }

  /** Draws what to do to a batch of images; only in training for random layers. */
  drawTransformation(_images: Tensor, _training: boolean): Transformation {
    return {};
  }

  /** The computation on a batch of images of the layer's compute dtype. */
  abstract transformImages(images: Tensor, transformation: Transformation, training: boolean): Tensor;

  transformLabels(labels: Tensor, _transformation: Transformation, _training: boolean): Tensor {
    return labels;
  }

  transformSegmentationMasks(masks: Tensor, _transformation: Transformation, _training: boolean): Tensor {
    return masks;
  }

  /** Boxes of images of the given sizes; layers that move no pixels leave them as they are. */
  transformBoundingBoxes(
    boxes: ImageBoxes,
    _transformation: Transformation,
    _training: boolean,
    _sizes: ImageSizes,
  ): ImageBoxes {
    return boxes;
  }

  /** Graphs know the parts of an input by Keras's names, by which files keep them. */
  override invoke(...[data, ...rest]: readonly unknown[]): unknown {
    return super.invoke(isPlainObject(data) ? renamed(data, kerasNames) : data, ...rest);
  }

  override call(
    input: Tensor | ImageData,
    { training }: { readonly training?: boolean | null } = {},
  ): unknown {
    const data = input instanceof Tensor ? input : (renamed(input, ourNames) as ImageData); // SAFETY: the same parts
    // As in Keras, augmenting is the default.
    const isTraining = training ?? true;
    const images = data instanceof Tensor ? data : data.images;
    if (!(data instanceof Tensor))
      checkOptions(this.where, data, ["images", "labels", "segmentationMasks", "boundingBoxes"]);
    const isBatched = this.#isBatched(images);
    const batch = (x: Tensor): Tensor => (isBatched ? x : (expandDims(x, 0) as Tensor)); // SAFETY: tensor in, tensor out
    const single = (x: Tensor): Tensor => (isBatched ? x : (squeeze(x, 0) as Tensor)); // SAFETY: as above
    const transformation = this.drawTransformation(batch(images), isTraining);
    const run = (f: (x: Tensor, how: Transformation, training: boolean) => Tensor, x: Tensor): Tensor =>
      single(f.call(this, batch(x), transformation, isTraining));
    const changed = run(this.transformImages, cast(images, this.computeDtype) as Tensor); // SAFETY: tensor in, tensor out
    if (data instanceof Tensor) return changed;
    const { labels, segmentationMasks: masks, boundingBoxes: boxes } = data;
    return {
      ...data,
      images: changed,
      ...(labels === undefined ? {} : { labels: run(this.transformLabels, labels) }),
      ...(masks === undefined ? {} : { segmentationMasks: run(this.transformSegmentationMasks, masks) }),
      ...(boxes === undefined
        ? {}
        : {
            boundingBoxes: this.#transformBoxes(
              boxes,
              batch,
              single,
              transformation,
              isTraining,
              batch(images),
            ),
          }),
    };
  }

  #transformBoxes(
    given: ImageBoxes,
    batch: (x: Tensor) => Tensor,
    single: (x: Tensor) => Tensor,
    how: Transformation,
    training: boolean,
    images: Tensor,
  ): ImageBoxes {
    if (this.boundingBoxFormat === null)
      throw new OptionError(
        `${this.where}: there are \`boundingBoxes\`, and no format of them. Give \`boundingBoxFormat\`, such as "xyxy".`,
      );
    checkOptions(`${this.where}: boundingBoxes`, given, ["boxes", "labels"]);
    const { boxes, labels } = given as Partial<ImageBoxes>; // SAFETY: a user may have left one out
    if (boxes === undefined || labels === undefined)
      throw new OptionError(
        `${this.where}: expected \`boundingBoxes\` to have boxes and labels, received ${Object.keys(given).join(", ") || "none"}.`,
      );
    const [own, named] = [batch(boxes), batch(labels)];
    if (own.dims.length !== 3 || own.dims[2] !== 4 || own.dims[0] !== images.dims[0])
      throw new ShapeError(
        `${this.where}: expected boxes [batch, n, 4] beside a batch of images, or [n, 4] beside one; received ${formatShape(boxes.shape)} and labels ${formatShape(labels.shape)} beside ${formatShape(images.shape)}.`,
      );
    const changed = this.transformBoundingBoxes(
      { boxes: own, labels: named },
      how,
      training,
      this.sizesOf(images),
    );
    return { boxes: single(changed.boxes), labels: single(changed.labels) };
  }

  #isBatched(images: unknown): boolean {
    const rank = images instanceof Tensor ? images.dims.length : 0;
    if (rank === 3 || rank === 4) return rank === 4;
    throw new ShapeError(
      `${this.where}: expected images of rank 4 (a batch) or 3 (one image), received ${images instanceof Tensor ? formatShape(images.shape) : "no images"}.`,
    );
  }

  /** Every layer of this kind writes its data format. */
  override getConfig(): Record<string, unknown> {
    const { dataFormat, boundingBoxFormat } = this;
    return { ...super.getConfig(), dataFormat, ...(boundingBoxFormat === null ? {} : { boundingBoxFormat }) };
  }

  /** Boxes that move as the images do, to images of other sizes perhaps. */
  protected movedBoxes(boxes: ImageBoxes, from: Area, to: Area, move: Move["move"]): ImageBoxes {
    const { where, boundingBoxFormat } = this;
    return moveBoxes(boxes, { where, format: boundingBoxFormat ?? "xyxy", from, to, move });
  }

  /** For layers that cannot tell where a box is afterwards. */
  protected refuseBoxes(): never {
    throw new OptionError(
      `${this.where}: it cannot say where boxes are afterwards. Leave \`boundingBoxes\` out, or use another layer.`,
    );
  }

  /** The sizes of a batch. */
  protected sizesOf(images: Tensor): ImageSizes {
    const [batch = 1, ...rest] = images.dims;
    const [height = 1, width = 1] = this.dataFormat === "channels_last" ? rest : rest.slice(1);
    return { batch, height, width };
  }

  /** The axis of the channels of a batch. */
  protected get channelAxis(): number {
    return this.dataFormat === "channels_last" ? -1 : -3;
  }
}

/** Base of layers that draw what they do. */
export abstract class RandomImageLayer extends ImageLayer {
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(given: ImageLayerOptions) {
    super(given);
    this.seed = given.seed ?? null;
    this.generator = new SeedGenerator(this.seed);
  }

  /** Uniform numbers of a shape. */
  protected uniform(shape: readonly number[], low = 0, high = 1): Tensor {
    return keyedUniform(this.generator.next(), shape, low, high, this.computeDtype) as Tensor; // SAFETY: a key in, a tensor out
  }

  /** Which images of a batch are chosen, each with a likelihood of its own from an interval. */
  protected chosen(batch: number, likelihood: readonly [least: number, most: number]): Tensor {
    const likelihoods = this.uniform([batch], ...likelihood);
    return less(this.uniform([batch]), likelihoods) as Tensor; // SAFETY: tensors in, tensor out
  }
}

/** The interval that a factor stands for: a number for what lies around zero, within bounds. */
export function intervalOf(
  where: string,
  name: string,
  value: unknown,
  [least, most]: readonly [number, number] = [-1, 1],
): readonly [number, number] {
  const refuse = (): never => {
    throw new OptionError(
      `${where}: expected \`${name}\` to be a number, or two, between ${least} and ${most}; received ${JSON.stringify(value)}.`,
    );
  };
  if (Array.isArray(value)) {
    const [a, b] = value as readonly unknown[]; // SAFETY: elements of unknown type
    if (value.length !== 2 || typeof a !== "number" || typeof b !== "number" || a > most || b < least)
      return refuse();
    return a <= b ? [a, b] : [b, a];
  }
  if (typeof value !== "number" || value < least || value > most) return refuse();
  return [Math.max(-Math.abs(value), least), Math.abs(value)];
}

/** Whether a value is a range of values, such as `[0, 255]`. */
export function rangeOf(where: string, value: unknown): readonly [number, number] {
  if (Array.isArray(value) && value.length === 2 && value.every((end) => typeof end === "number"))
    return [Number(value[0]), Number(value[1])];
  throw new OptionError(
    `${where}: expected \`valueRange\` to be two numbers, received ${JSON.stringify(value)}.`,
  );
}

/** Checks a likelihood or share. */
export function chance(where: string, name: string, value: unknown): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw new OptionError(
    `${where}: expected \`${name}\` to be between 0 and 1, received ${JSON.stringify(value)}.`,
  );
}

/** Values kept within a range. */
export function inRange(x: Tensor, [least, most]: readonly [number, number]): Tensor {
  return clip(x, least, most) as Tensor; // SAFETY: tensor in, tensor out
}

/** One value for each image, spread over its pixels. */
export function perImage(x: Tensor): Tensor {
  return reshape(x, [x.dims[0] ?? 1, 1, 1, 1]) as Tensor; // SAFETY: tensor in, tensor out
}

/** What may lie outside of images. */
export const fillModes: readonly ["reflect", "wrap", "constant", "nearest"] = [
  "reflect",
  "wrap",
  "constant",
  "nearest",
];

/** How values between pixels are found. */
export const pointInterpolations: readonly ["nearest", "bilinear"] = ["nearest", "bilinear"];

/** Options that all image layers take besides their own. */
export const imageOptionNames: readonly string[] = [...layerOptionNames, "boundingBoxFormat"];

/** Binds the arguments of an image layer's constructor. */
export function bindImage<T>(className: string, table: ParameterTable, args: readonly unknown[]): T {
  return bindParameters<T>(className, table, args, [...imageOptionNames, "dataFormat"]);
}

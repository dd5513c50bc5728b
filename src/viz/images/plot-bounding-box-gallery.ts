import type { BoundingBoxes, BoxFormat } from "../../layers/preprocessing/bounding-boxes/formats.ts";
import type { TensorInput } from "../../ops/core/convert.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, type Given, required } from "../../util/parameters.ts";
import { drawBoxes } from "./draw-bounding-boxes.ts";
import { drawGallery, galleryDefaults, type GalleryOptions } from "./gallery.ts";
import { batchOf, type ClassNames, type Color, formatOf, type ImageFormat, inRange } from "./pictures.ts";

export interface PlotBoundingBoxGalleryOptions extends GalleryOptions {
  /** The true boxes: `boxes` `[batch, n, 4]` and `labels` `[batch, n]`. Default null. */
  readonly yTrue?: BoundingBoxes | null | undefined;
  /** The predicted boxes, perhaps with `confidences` `[batch, n]`. Default null. */
  readonly yPred?: BoundingBoxes | null | undefined;
  /** What is black and what is white. Default `[0, 255]`. */
  readonly valueRange?: readonly [number, number] | undefined;
  /** Of the true boxes. Default `[0, 188, 212]`. */
  readonly trueColor?: Color | undefined;
  /** Of the predicted boxes. Default `[255, 235, 59]`. */
  readonly predColor?: Color | undefined;
  /** In pixels. Default 2. */
  readonly lineThickness?: number | undefined;
  /** Default 1. */
  readonly fontScale?: number | undefined;
  /** In pixels. Default: that of the lines. */
  readonly textThickness?: number | null | undefined;
  /** Names by class. Default null: boxes have no text. */
  readonly classMapping?: ClassNames | null | undefined;
  /** Names of the true boxes. Default: `classMapping`. */
  readonly groundTruthMapping?: ClassNames | null | undefined;
  /** Names of the predicted boxes. Default: `classMapping`. */
  readonly predictionMapping?: ClassNames | null | undefined;
  /** Whether a legend tells true boxes from predicted ones. Default false. */
  readonly legend?: boolean | undefined;
  /** Default: the square root of the number of images, rounded up. */
  readonly rows?: number | null | undefined;
  /** Default: as many as all images need. */
  readonly cols?: number | null | undefined;
  /** Default: `config.imageDataFormat()`. */
  readonly dataFormat?: ImageFormat | null | undefined;
}

interface Arguments extends Given<PlotBoundingBoxGalleryOptions> {
  readonly images: TensorInput;
  readonly boundingBoxFormat: BoxFormat;
}

/**
 * A picture of images side by side with true and predicted boxes drawn on them.
 *
 * Shapes: images `[batch, height, width, channels]` of 1, 3 or 4 channels.
 *
 * @param boundingBoxFormat - What the numbers of boxes mean, such as `"xyxy"`.
 * @returns the bytes of the picture: PNG, or SVG where `path` ends so. With a `path` it is written there too.
 * @throws {ShapeError} for images that are no batch, and boxes that do not fit it.
 * @throws {OptionError} for an unknown option, or one that does not fit.
 * @see Keras `visualization/plot_bounding_box_gallery.py`
 */
export async function plotBoundingBoxGallery(
  images: TensorInput,
  boundingBoxFormat: BoxFormat,
  options?: PlotBoundingBoxGalleryOptions,
): Promise<Uint8Array>;
export async function plotBoundingBoxGallery(...args: readonly unknown[]): Promise<Uint8Array> {
  const where = "visualization.plotBoundingBoxGallery";
  const { legendHandles: _, ...rest } = galleryDefaults;
  const table = {
    images: required, boundingBoxFormat: required, yTrue: null, yPred: null, valueRange: [0, 255], trueColor: [0, 188, 212],
    predColor: [255, 235, 59], lineThickness: 2, fontScale: 1, textThickness: null, classMapping: null,
    groundTruthMapping: null, predictionMapping: null, legend: false, legendHandles: null, rows: null, cols: null,
    dataFormat: null, ...rest,
  }; // prettier-ignore
  const given = bindParameters<Arguments>(where, table, args, []);
  const { yTrue, yPred, trueColor, predColor, classMapping, legend, legendHandles } = given;
  if (legend && legendHandles !== null)
    throw new OptionError(`${where}: of \`legend\` and \`legendHandles\` only one can be given.`);
  const format = formatOf(where, given.dataFormat);
  let images = inRange(where, batchOf(where, given.images, format), given.valueRange);
  const draws = [
    [yTrue, trueColor, given.groundTruthMapping],
    [yPred, predColor, given.predictionMapping],
  ] as const;
  for (const [boxes, color, names] of draws) {
    if (boxes === null) continue;
    images = await drawBoxes(where, images, boxes, { ...given, color, classMapping: names ?? classMapping });
  }
  const handles = [
    { color: trueColor, label: "Ground Truth" },
    { color: predColor, label: "Prediction" },
  ];
  return drawGallery(where, {
    ...given,
    images,
    titles: [],
    legendHandles: legend ? handles : legendHandles,
  });
}

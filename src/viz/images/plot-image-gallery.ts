import { toNumbers } from "../../ir/numbers.ts";
import { type TensorInput, toValue } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { OptionError } from "../../util/errors.ts";
import { bindParameters, type Given, required } from "../../util/parameters.ts";
import { drawGallery, galleryDefaults, type GalleryOptions } from "./gallery.ts";
import { batchOf, type ClassNames, formatOf, type ImageFormat, inRange, nameOf } from "./pictures.ts";

export interface PlotImageGalleryOptions extends GalleryOptions {
  /** Numbers of the true classes, one for each image. Default null. */
  readonly yTrue?: TensorInput | null | undefined;
  /** Numbers of the predicted classes. Default null. */
  readonly yPred?: TensorInput | null | undefined;
  /** Names by class, which `yTrue` and `yPred` need. Default null. */
  readonly labelMap?: ClassNames | null | undefined;
  /** Default: the square root of the number of images, rounded up. */
  readonly rows?: number | null | undefined;
  /** Default: as many as all images need. */
  readonly cols?: number | null | undefined;
  /** What is black and what is white. Default `[0, 255]`. */
  readonly valueRange?: readonly [number, number] | undefined;
  /** Default: `config.imageDataFormat()`. */
  readonly dataFormat?: ImageFormat | null | undefined;
}

interface Arguments extends Given<PlotImageGalleryOptions> {
  readonly images: TensorInput;
}

/**
 * A picture of images side by side, with their classes above them.
 *
 * Shapes: images `[batch, height, width, channels]` of 1, 3 or 4 channels.
 *
 * @returns the bytes of the picture: PNG, or SVG where `path` ends so. With a `path` it is written there too.
 * @throws {ShapeError} for images that are no batch, or of other channels.
 * @throws {OptionError} for an unknown option, or one that does not fit.
 * @example
 * await plotImageGallery(images, { yTrue: labels, labelMap: { 0: "cat", 1: "dog" }, path: "pets.png" });
 * @see Keras `visualization/plot_image_gallery.py`
 */
export async function plotImageGallery(
  images: TensorInput,
  options?: PlotImageGalleryOptions,
): Promise<Uint8Array>;
export async function plotImageGallery(...args: readonly unknown[]): Promise<Uint8Array> {
  const where = "visualization.plotImageGallery";
  const { scale, path, show, transparent, dpi, legendHandles } = galleryDefaults;
  const table = { images: required, yTrue: null, yPred: null, labelMap: null, rows: null, cols: null, valueRange: [0, 255], scale, path, show, transparent, dpi, legendHandles, dataFormat: null }; // prettier-ignore
  const given = bindParameters<Arguments>(where, table, args, []);
  if (given.path !== null && given.show === true)
    throw new OptionError(`${where}: of \`path\` and \`show\` only one can be given.`);
  if ((given.yTrue !== null || given.yPred !== null) && given.labelMap === null)
    throw new OptionError(
      `${where}: \`yTrue\` and \`yPred\` are numbers of classes; give their names as \`labelMap\`.`,
    );
  const format = formatOf(where, given.dataFormat);
  const images = inRange(where, batchOf(where, given.images, format), given.valueRange);
  const parts = [
    ["Label", given.yTrue],
    ["Pred", given.yPred],
  ] as const;
  const lists = parts.flatMap(([word, y]) => (y === null ? [] : [titlesOf(word, y, given.labelMap)]));
  const titles = Array.from({ length: lists.length === 0 ? 0 : (images.dims[0] ?? 0) }, (_, i) =>
    lists.flatMap((list) => list.slice(i, i + 1)).join("  "),
  );
  return drawGallery(where, { ...given, images, titles });
}

function titlesOf(word: string, y: TensorInput, names: ClassNames | null): string[] {
  const labels = toValue(y) as Tensor; // SAFETY: what is drawn is no symbolic tensor
  return Array.from(
    toNumbers(labels.dataSync(), labels.dtype),
    (label) => `${word}: ${nameOf(names, label) ?? "Unknown"}`,
  );
}

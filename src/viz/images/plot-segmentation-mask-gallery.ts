import { type TensorInput, toValue } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { cast } from "../../ops/cast.ts";
import { stack } from "../../ops/joining.ts";
import { reshape } from "../../ops/shape.ts";
import { bindParameters, type Given, required } from "../../util/parameters.ts";
import { type DrawSegmentationMasksOptions, drawMasks, masksOf } from "./draw-segmentation-masks.ts";
import { drawGallery, galleryDefaults, type GalleryOptions } from "./gallery.ts";
import { batchOf, formatOf, type ImageFormat, inRange } from "./pictures.ts";

export interface PlotSegmentationMaskGalleryOptions
  extends
    GalleryOptions,
    Pick<DrawSegmentationMasksOptions, "colorMapping" | "blend" | "alpha" | "ignoreIndex"> {
  /** What is black and what is white. Default `[0, 255]`. */
  readonly valueRange?: readonly [number, number] | undefined;
  /** The true masks, `[batch, height, width]` or `[batch, height, width, 1]`. Default null. */
  readonly yTrue?: TensorInput | null | undefined;
  /** The predicted masks. Default null. */
  readonly yPred?: TensorInput | null | undefined;
  /** Default: `config.imageDataFormat()`. */
  readonly dataFormat?: ImageFormat | null | undefined;
}

interface Arguments extends Given<PlotSegmentationMaskGalleryOptions> {
  readonly images: TensorInput;
  readonly numClasses: number;
}

/**
 * A picture of images, one below the other, and beside each its true and its predicted mask laid over it.
 *
 * Shapes: images `[batch, height, width, channels]` of 1, 3 or 4 channels.
 *
 * @param numClasses - How many classes there are.
 * @returns the bytes of the picture: PNG, or SVG where `path` ends so. With a `path` it is written there too.
 * @throws {ShapeError} for images that are no batch, and masks that do not fit it.
 * @throws {OptionError} for an unknown option, or one that does not fit.
 * @see Keras `visualization/plot_segmentation_mask_gallery.py`
 */
export async function plotSegmentationMaskGallery(
  images: TensorInput,
  numClasses: number,
  options?: PlotSegmentationMaskGalleryOptions,
): Promise<Uint8Array>;
export async function plotSegmentationMaskGallery(...args: readonly unknown[]): Promise<Uint8Array> {
  const where = "visualization.plotSegmentationMaskGallery";
  const table = {
    images: required, numClasses: required, valueRange: [0, 255], yTrue: null, yPred: null, colorMapping: null, blend: true,
    alpha: 0.8, ignoreIndex: -1, dataFormat: null, ...galleryDefaults,
  }; // prettier-ignore
  const given = bindParameters<Arguments>(where, table, args, []);
  const format = formatOf(where, given.dataFormat);
  const images = inRange(where, batchOf(where, given.images, format), given.valueRange);
  const draw = (masks: TensorInput): Tensor => {
    const whole = cast(toValue(masks), "int32") as Tensor; // SAFETY: tensor in, tensor out; masks are no symbolic tensors
    return cast(drawMasks(where, images, masksOf(where, whole, format), given), "uint8") as Tensor; // SAFETY: as above
  };
  const drawn = [given.yTrue, given.yPred].flatMap((masks) => (masks === null ? [] : [draw(masks)]));
  const [rows = 0, ...rest] = images.dims;
  const cols = 1 + drawn.length;
  const all = reshape(stack([images, ...drawn], { axis: 1 }), [rows * cols, ...rest]) as Tensor; // SAFETY: as above
  return drawGallery(where, { ...given, images: all, rows, cols, titles: [] });
}

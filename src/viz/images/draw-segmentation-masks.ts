import { toNumbers } from "../../ir/numbers.ts";
import { formatShape } from "../../ir/shape.ts";
import {
  isTensorHolder,
  makeTensor,
  type NestedArray,
  type TensorInput,
  toValue,
} from "../../ops/core/convert.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { Value } from "../../ops/core/value.ts";
import { transpose } from "../../ops/shape.ts";
import { DTypeError, OptionError, ShapeError } from "../../util/errors.ts";
import { bindParameters, type Given, positiveInteger, required } from "../../util/parameters.ts";
import { batchOf, checkColor, type Color, formatOf, type ImageFormat } from "./pictures.ts";

/** Colours of classes by their numbers. */
export type ClassColors = Readonly<Record<number, Color>> | ReadonlyMap<number, Color>;

export interface DrawSegmentationMasksOptions {
  /** Default: one more than the largest number in the masks. */
  readonly numClasses?: number | null | undefined;
  /** Colours by class. Default: colours that differ. */
  readonly colorMapping?: ClassColors | null | undefined;
  /** Opacity of the masks, 0 … 1. Default 0.8. */
  readonly alpha?: number | undefined;
  /** Whether images show through the masks. Default true. */
  readonly blend?: boolean | undefined;
  /** A number in masks that stands for no class. Default −1. */
  readonly ignoreIndex?: number | undefined;
  /** Default: `config.imageDataFormat()`. */
  readonly dataFormat?: ImageFormat | null | undefined;
}

interface Arguments extends Given<DrawSegmentationMasksOptions> {
  readonly images: TensorInput;
  readonly segmentationMasks: TensorInput;
}

/**
 * Images with masks laid over them, each class in a colour.
 *
 * Shapes: images `[batch, height, width, channels]`, masks `[batch, height, width]` or `[batch, height, width, 1]` →
 * `[batch, height, width, channels]`, channels last also of images that have them first, as in Keras; uint8, or float32
 * where `blend` is false.
 *
 * @param segmentationMasks - Numbers of classes, of a dtype of whole numbers.
 * @throws {ShapeError} for images that are no batch, and masks that do not fit it.
 * @throws {DTypeError} for masks of fractions.
 * @throws {OptionError} for an unknown option, or one that does not fit.
 * @see Keras `visualization/draw_segmentation_masks.py`
 */
export function drawSegmentationMasks(
  images: TensorInput,
  segmentationMasks: TensorInput,
  options?: DrawSegmentationMasksOptions,
): Tensor;
export function drawSegmentationMasks(...args: readonly unknown[]): Tensor {
  const where = "visualization.drawSegmentationMasks";
  const table = { images: required, segmentationMasks: required, numClasses: null, colorMapping: null, alpha: 0.8, blend: true, ignoreIndex: -1, dataFormat: null }; // prettier-ignore
  const given = bindParameters<Arguments>(where, table, args, []);
  const format = formatOf(where, given.dataFormat);
  return drawMasks(
    where,
    batchOf(where, given.images, format),
    masksOf(where, given.segmentationMasks, format),
    given,
  );
}

/** Masks of whole numbers, `[batch, height, width, 1]`. */
export function masksOf(where: string, given: TensorInput, format: ImageFormat): Tensor {
  const isOwn = given instanceof Value || isTensorHolder(given) || ArrayBuffer.isView(given);
  // Numbers in lists have no dtype of their own.
  const isWhole = !isOwn && [given].flat(4).every(Number.isInteger);
  const masks = isWhole ? makeTensor(given as NestedArray, { dtype: "int32" }) : (toValue(given) as Tensor); // SAFETY: lists of numbers; masks are no symbolic tensors
  if (!/^u?int/.test(masks.dtype))
    throw new DTypeError(
      `${where}: expected masks of whole numbers, received ${masks.dtype}. Convert them with ops.cast(masks, "int32").`,
    );
  const { dims } = masks;
  if (dims.length === 3) return masks;
  if (dims.length === 4 && dims[format === "channels_last" ? 3 : 1] === 1)
    return format === "channels_last" ? masks : (transpose(masks, [0, 2, 3, 1]) as Tensor); // SAFETY: tensor in, tensor out
  throw new ShapeError(
    `${where}: expected masks [batch, height, width] or [batch, height, width, 1], received ${formatShape(dims)}.`,
  );
}

export interface MaskStyle {
  readonly numClasses: number | null;
  readonly colorMapping: ClassColors | null;
  readonly alpha: number;
  readonly blend: boolean;
  readonly ignoreIndex: number;
}

/** `drawSegmentationMasks` for images with the channels last. */
export function drawMasks(where: string, images: Tensor, masks: Tensor, style: MaskStyle): Tensor {
  const { alpha, blend, ignoreIndex } = style;
  const [, , , channels = 0] = images.dims;
  if (masks.dims.slice(0, 3).join() !== images.dims.slice(0, 3).join())
    throw new ShapeError(
      `${where}: expected masks of the images' sizes, ${formatShape(images.dims.slice(0, 3))}, received ${formatShape(masks.dims)}.`,
    );
  if (!(alpha >= 0 && alpha <= 1))
    throw new OptionError(`${where}: expected \`alpha\` between 0 and 1, received ${JSON.stringify(alpha)}.`);
  const labels = Array.from(toNumbers(masks.dataSync(), masks.dtype), Number);
  const values = Float32Array.from(toNumbers(images.dataSync(), images.dtype), Number);
  const colors = colorsOf(where, labels, style);
  const { fround } = Math;
  const rest = fround(1 - alpha);
  const mix = (own: number, painted: number): number =>
    Math.trunc(fround(fround(own * rest) + fround(painted * fround(alpha))));
  labels.forEach((label, i) => {
    const color = label === ignoreIndex ? undefined : colors[label];
    for (let c = 0; c < channels; c++) {
      const at = i * channels + c;
      const own = values[at] ?? 0;
      const painted = color === undefined ? own : (color[c] ?? 255);
      values[at] = !blend ? painted : label === ignoreIndex ? own : mix(own, painted);
    }
  });
  return blend
    ? Tensor.fromData(Uint8Array.from(values), images.dims, "uint8")
    : Tensor.fromData(values, images.dims, "float32");
}

function colorsOf(
  where: string,
  labels: readonly number[],
  { numClasses, colorMapping, ignoreIndex }: MaskStyle,
): readonly Color[] {
  const most = labels.reduce((a, b) => (b === ignoreIndex ? a : Math.max(a, b)), 0);
  const count = numClasses === null ? most + 1 : positiveInteger(where, "numClasses", numClasses);
  return Array.from({ length: count }, (_, i) => {
    if (colorMapping === null) return [2 ** 25 - 1, 2 ** 15 - 1, 2 ** 21 - 1].map((step) => (i * step) % 255);
    const color: unknown = colorMapping instanceof Map ? colorMapping.get(i) : Reflect.get(colorMapping, i);
    return checkColor(where, `colorMapping[${i}]`, color);
  });
}

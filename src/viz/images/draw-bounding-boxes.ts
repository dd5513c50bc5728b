import { readPng } from "../../codec/png-read.ts";
import { toNumbers } from "../../ir/numbers.ts";
import { formatShape } from "../../ir/shape.ts";
import { convertBoxes } from "../../layers/preprocessing/bounding-boxes/convert.ts";
import type { BoundingBoxes, BoxFormat } from "../../layers/preprocessing/bounding-boxes/formats.ts";
import { type TensorInput, toValue } from "../../ops/core/convert.ts";
import type { Operand } from "../../ops/core/signatures.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { transpose } from "../../ops/shape.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { checkOptions, isPlainObject } from "../../util/options.ts";
import { bindParameters, type Given, positiveInteger, required } from "../../util/parameters.ts";
import { paintSvg } from "../../util/platform/index.ts";
import { escapeXml } from "./svg.ts";
import {
  batchOf,
  bytesOf,
  checkColor,
  type ClassNames,
  type Color,
  formatOf,
  type ImageFormat,
  nameOf,
  partOf,
} from "./pictures.ts";

export interface DrawBoundingBoxesOptions {
  /** Names by class; boxes of classes without one have no text. Default: none. */
  readonly classMapping?: ClassNames | null | undefined;
  /** Default `[128, 128, 128]`. */
  readonly color?: Color | undefined;
  /** In pixels; negative: boxes are filled. Default 2. */
  readonly lineThickness?: number | undefined;
  /** In pixels. Default 1. */
  readonly textThickness?: number | null | undefined;
  /** Of the text: at 1 capital letters are 21 pixels high. Default 1. */
  readonly fontScale?: number | undefined;
  /** Default: `config.imageDataFormat()`. */
  readonly dataFormat?: ImageFormat | null | undefined;
}

interface Arguments extends Given<DrawBoundingBoxesOptions> {
  readonly images: TensorInput;
  readonly boundingBoxes: BoundingBoxes;
  readonly boundingBoxFormat: BoxFormat;
}

/** Where a text begins, at its foot. */
interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/**
 * Images with boxes drawn on them, and the names of their classes beside them.
 *
 * Shapes: images `[batch, height, width, channels]` → uint8 of the same shape. Fractions up to 1 become 0 … 255.
 *
 * @param boundingBoxes - `boxes` `[batch, n, 4]`, `labels` `[batch, n]` (−1: no box), and perhaps `confidences` `[batch, n]`.
 * @param boundingBoxFormat - What the numbers of boxes mean, such as `"xyxy"`.
 * @throws {ShapeError} for images that are no batch, and boxes that do not fit it.
 * @throws {OptionError} for an unknown option, or one that does not fit.
 * @see Keras `visualization/draw_bounding_boxes.py`
 */
export async function drawBoundingBoxes(
  images: TensorInput,
  boundingBoxes: BoundingBoxes,
  boundingBoxFormat: BoxFormat,
  options?: DrawBoundingBoxesOptions,
): Promise<Tensor>;
export async function drawBoundingBoxes(...args: readonly unknown[]): Promise<Tensor> {
  const where = "visualization.drawBoundingBoxes";
  const table = { images: required, boundingBoxes: required, boundingBoxFormat: required, classMapping: null, color: [128, 128, 128], lineThickness: 2, textThickness: 1, fontScale: 1, dataFormat: null }; // prettier-ignore
  const given = bindParameters<Arguments>(where, table, args, []);
  const format = formatOf(where, given.dataFormat);
  const drawn = await drawBoxes(where, batchOf(where, given.images, format), given.boundingBoxes, given);
  return format === "channels_last" ? drawn : (transpose(drawn, [0, 3, 1, 2]) as Tensor); // SAFETY: tensor in, tensor out
}

export interface BoxStyle {
  readonly boundingBoxFormat: BoxFormat;
  readonly classMapping: ClassNames | null;
  readonly color: Color;
  readonly lineThickness: number;
  readonly textThickness: number | null;
  readonly fontScale: number;
}

/** `drawBoundingBoxes` for images with the channels last. */
export async function drawBoxes(
  where: string,
  images: Tensor,
  given: BoundingBoxes,
  style: BoxStyle,
): Promise<Tensor> {
  const { lineThickness, fontScale, classMapping } = style;
  const color = checkColor(where, "color", style.color);
  if (lineThickness >= 0) positiveInteger(where, "lineThickness", lineThickness);
  if (!(fontScale > 0))
    throw new OptionError(`${where}: expected \`fontScale\` above 0, received ${fontScale}.`);
  const { boxes, labels, confidences } = readBoxes(where, images, given, style.boundingBoxFormat);
  const [batch = 0, height = 0, width = 0, channels = 0] = images.dims;
  const drawn = bytesOf(images);
  const data = drawn.dataSync().slice() as Uint8Array; // SAFETY: made of bytes
  const [, count = 0] = boxes.dims;
  const places = Array.from(boxes.dataSync(), Number);
  const textThickness = style.textThickness ?? Math.max(1, lineThickness);
  for (let i = 0; i < batch; i++) {
    const pixels = data.subarray(i * height * width * channels, (i + 1) * height * width * channels);
    const canvas: Canvas = { pixels, height, width, channels, color };
    const texts: Label[] = [];
    for (let n = i * count; n < (i + 1) * count; n++) {
      const label = Math.trunc(labels[n] ?? -1);
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = places.slice(4 * n, 4 * n + 4).map(Math.trunc);
      if (label === -1 || ![x1, y1, x2, y2].every(Number.isFinite)) continue;
      drawBox(
        canvas,
        [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)],
        lineThickness,
      );
      const name = nameOf(classMapping, label);
      if (name === undefined) continue;
      const text = confidences === null ? name : `${name} | ${(confidences[n] ?? 0).toFixed(2)}`;
      texts.push({ text, ...textPlace(x1, y1, fontScale, textThickness) });
    }
    if (texts.length > 0) await drawTexts(canvas, texts, fontScale, textThickness);
  }
  return Tensor.fromData(data, images.dims, "uint8");
}

function readBoxes(
  where: string,
  images: Tensor,
  given: BoundingBoxes,
  format: BoxFormat,
): {
  readonly boxes: Tensor;
  readonly labels: readonly number[];
  readonly confidences: readonly number[] | null;
} {
  if (!isPlainObject(given) || given.boxes === undefined || given.labels === undefined)
    throw new OptionError(
      `${where}: expected boxes as an object of \`boxes\` and \`labels\`, received ${JSON.stringify(given)}.`,
    );
  checkOptions(`${where}: boxes`, given, ["boxes", "labels", "confidences"]);
  const [batch = 0, height = 0, width = 0] = images.dims;
  const boxes = convertBoxes(where, given.boxes, format, "xyxy", { height, width });
  if (boxes.dims.length !== 3 || boxes.dims[0] !== batch)
    throw new ShapeError(
      `${where}: expected boxes [${batch}, n, 4] beside ${batch} images, received ${formatShape(boxes.dims)}.`,
    );
  const numbers = (name: string, operand: Operand): readonly number[] => {
    const x = toValue(operand as Tensor) as Tensor; // SAFETY: `toValue` refuses what is no tensor
    if (x.dims.length === 2 && x.dims[0] === batch && x.dims[1] === boxes.dims[1])
      return Array.from(toNumbers(x.dataSync(), x.dtype), Number);
    throw new ShapeError(
      `${where}: expected \`${name}\` ${formatShape(boxes.dims.slice(0, 2))}, as there are boxes, received ${formatShape(x.dims)}.`,
    );
  };
  const { labels, confidences } = given;
  return {
    boxes,
    labels: numbers("labels", labels),
    confidences: confidences === undefined ? null : numbers("confidences", confidences),
  };
}

interface Canvas {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly color: Color;
}

/** The outline of a box: what is no further from it than half the thickness, as OpenCV draws it. */
function drawBox(
  { pixels, height, width, channels, color }: Canvas,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  thickness: number,
): void {
  const radius = thickness <= 1 ? 0 : Math.ceil(thickness / 2);
  for (let y = Math.max(0, y1 - radius); y <= Math.min(height - 1, y2 + radius); y++) {
    for (let x = Math.max(0, x1 - radius); x <= Math.min(width - 1, x2 + radius); x++) {
      const [dx, dy] = [Math.max(x1 - x, 0, x - x2), Math.max(y1 - y, 0, y - y2)];
      const isInside = dx === 0 && dy === 0;
      const depth = Math.min(x - x1, x2 - x, y - y1, y2 - y);
      if (isInside ? thickness > 0 && depth > radius : dx * dx + dy * dy > radius * radius) continue;
      for (let c = 0; c < channels; c++) pixels[(y * width + x) * channels + c] = partOf(color, c);
    }
  }
}

/** Above the box, or in it where there is no room. */
function textPlace(
  x: number,
  y: number,
  scale: number,
  thickness: number,
): { readonly x: number; readonly y: number } {
  const height = Math.trunc(scale * 12);
  return y - 8 - 2 * height > 0 ? { x, y: y - 8 } : { x: x + 3, y: y + 2 * height + thickness + 3 };
}

/** Texts are painted as SVG, and laid over the image. */
async function drawTexts(
  { pixels, height, width, channels, color }: Canvas,
  texts: readonly Label[],
  scale: number,
  thickness: number,
): Promise<void> {
  // Capital letters of most fonts are 0.72 of their size high, those of OpenCV's 21 pixels.
  const style = `font-family="Helvetica, Arial, sans-serif" font-size="${29 * scale}" stroke-width="${thickness - 1}" stroke="black" stroke-linejoin="round"`;
  const lines = texts.map(({ text, x, y }) => `<text x="${x}" y="${y}">${escapeXml(text)}</text>`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g ${style}>${lines.join("")}</g></svg>`;
  const painted = await readPng(await paintSvg(svg, 1, null), "text");
  if (painted.mode !== "RGBA") return;
  for (let i = 0; i < width * height; i++) {
    const opacity = (painted.data[4 * i + 3] ?? 0) / 255;
    for (let c = 0; opacity > 0 && c < channels; c++) {
      const at = i * channels + c;
      pixels[at] = Math.round((pixels[at] ?? 0) * (1 - opacity) + partOf(color, c) * opacity);
    }
  }
}

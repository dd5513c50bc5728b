import type { DType } from "../../../ir/dtypes.ts";
import { cast } from "../../../ops/cast.ts";
import type { Result } from "../../../ops/core/op-types.ts";
import type { Operand, Rest } from "../../../ops/core/signatures.ts";
import type { Tensor } from "../../../ops/core/tensor.ts";
import { reshape } from "../../../ops/shape.ts";
import { OptionError } from "../../../util/errors.ts";
import { isPlainObject } from "../../../util/options.ts";
import { bindParameters, required } from "../../../util/parameters.ts";
import { type BoundingBoxes, type BoxFormat, boxFormat, checkBoxes, joinParts, partsOf } from "./formats.ts";
import { minus, over, plus, type Term, times, toTensor } from "./math.ts";

/** A size of images: one for all, or one for each. */
export type ImageSize = number | Operand;

const where = "utils.boundingBoxes.convertFormat";

/** Boxes, or an object with them, in and out. */
export type Converted<B> = B extends BoundingBoxes
  ? Omit<B, "boxes"> & { readonly boxes: Tensor }
  : Result<B>;

interface Arguments {
  readonly boxes: Operand | BoundingBoxes;
  readonly source: BoxFormat;
  readonly target: BoxFormat;
  readonly height: ImageSize | null;
  readonly width: ImageSize | null;
  readonly dtype: DType;
}

/** Options of `convertFormat` behind the two formats. */
export type ConvertRest = Rest<
  [
    { readonly height?: ImageSize | null | undefined },
    { readonly width?: ImageSize | null | undefined },
    { readonly dtype?: DType | undefined },
  ]
>;

/**
 * Boxes in another format.
 *
 * @param boxes - `[…, 4]`, or an object with such `boxes`, the rest of which is kept.
 * @param source - The format they have.
 * @param target - The format that is wanted.
 * @param rest - `height` and `width` of the images, which relative formats need; `dtype`, default `"float32"`.
 * @throws {OptionError} for an unknown format, or a relative one without sizes.
 * @throws {ShapeError} when the last axis has not four numbers.
 * @example
 * convertFormat([[10, 20, 30, 40]], "xyxy", "xywh"); // [[10, 20, 20, 20]]
 * @see Keras `layers/preprocessing/image_preprocessing/bounding_boxes/converters.py`
 */
export function convertFormat<B extends Operand | BoundingBoxes>(
  boxes: B,
  source: BoxFormat,
  target: BoxFormat,
  ...rest: ConvertRest
): Converted<B>;
export function convertFormat<B extends Operand | BoundingBoxes>(
  boxes: B,
  options: { readonly source: BoxFormat; readonly target: BoxFormat } & Extract<ConvertRest[0], object>,
): Converted<B>;
export function convertFormat(...args: readonly unknown[]): unknown {
  const table = {
    boxes: required,
    source: required,
    target: required,
    height: null,
    width: null,
    dtype: "float32",
  };
  const given = bindParameters<Arguments>(where, table, args, []);
  const { boxes, source, target, height, width, dtype } = given;
  const sizes = { height, width };
  const convert = (x: Operand): Tensor => convertBoxes(where, x, source, target, { ...sizes, dtype });
  return isHolder(boxes) ? { ...boxes, boxes: convert(boxes.boxes) } : convert(boxes);
}

function isHolder(boxes: Operand | BoundingBoxes): boxes is BoundingBoxes {
  return isPlainObject(boxes) && "boxes" in boxes;
}

interface ConvertOptions {
  readonly height?: ImageSize | null;
  readonly width?: ImageSize | null;
  readonly dtype?: DType;
}

/** `convertFormat` for boxes alone. */
export function convertBoxes(
  at: string,
  input: Operand,
  from: unknown,
  to: unknown,
  { height = null, width = null, dtype = "float32" }: ConvertOptions,
): Tensor {
  const [source, target] = [boxFormat(at, "source", from), boxFormat(at, "target", to)];
  const given = toTensor(input);
  checkBoxes(at, given);
  const isRelative = (format: BoxFormat): boolean => format.startsWith("rel_");
  if ((isRelative(source) || isRelative(target)) && (height === null || width === null))
    throw new OptionError(
      `${at}: expected \`height\` and \`width\` of the images between ${source} and ${target}, received ${height === null ? "no height" : "no width"}. Give both.`,
    );
  const boxes = cast(given, dtype) as Tensor; // SAFETY: tensor in, tensor out
  if (source === target) return boxes;
  const isSame = isRelative(source) === isRelative(target);
  const corners = toCorners(partsOf(boxes), source.replace("rel_", ""));
  const scaled = isSame
    ? corners
    : scale(corners, isRelative(source), sizeOf(height, dtype), sizeOf(width, dtype));
  return joinParts(...fromCorners(scaled, target.replace("rel_", "")));
}

type Parts = readonly [Tensor, Tensor, Tensor, Tensor];

/** A size as a term of arithmetic: sizes of single images, `[batch]`, stand beside their boxes. */
export function sizeOf(size: ImageSize | null, dtype: DType): Term {
  if (size === null || typeof size === "number") return size ?? 1;
  const given = cast(toTensor(size), dtype) as Tensor; // SAFETY: tensor in, tensor out
  return given.shape.length === 1 ? (reshape(given, [-1, 1, 1]) as Tensor) : given; // SAFETY: as above
}

/** To pixels, or to shares of the image. */
function scale([x1, y1, x2, y2]: Parts, toPixels: boolean, height: Term, width: Term): Parts {
  const by = toPixels ? times : over;
  return [by(x1, width), by(y1, height), by(x2, width), by(y2, height)];
}

/** Left, top, right and bottom. */
function toCorners([a, b, c, d]: Parts, format: string): Parts {
  if (format === "yxyx") return [b, a, d, c];
  if (format === "xywh") return [a, b, plus(a, c), plus(b, d)];
  if (format === "center_yxhw") return toCorners([b, a, d, c], "center_xywh");
  if (format !== "center_xywh") return [a, b, c, d];
  const [w, h] = [over(c, 2), over(d, 2)];
  return [minus(a, w), minus(b, h), plus(a, w), plus(b, h)];
}

function fromCorners(parts: Parts, format: string): Parts {
  const [x1, y1, x2, y2] = parts;
  if (format === "yxyx") return [y1, x1, y2, x2];
  if (format === "xyxy") return parts;
  const [w, h] = [minus(x2, x1), minus(y2, y1)];
  if (format === "xywh") return [x1, y1, w, h];
  const [x, y] = [plus(x1, over(w, 2)), plus(y1, over(h, 2))];
  return format === "center_xywh" ? [x, y, w, h] : [y, x, h, w];
}

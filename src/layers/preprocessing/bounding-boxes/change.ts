import { cast } from "../../../ops/cast.ts";
import { greater } from "../../../ops/comparison.ts";
import type { Result } from "../../../ops/core/op-types.ts";
import type { Operand, Rest } from "../../../ops/core/signatures.ts";
import type { Tensor } from "../../../ops/core/tensor.ts";
import { where as choose } from "../../../ops/indexing.ts";
import { amax, amin } from "../../../ops/reductions.ts";
import { expandDims, squeeze } from "../../../ops/shape.ts";
import { cos, sin, tan } from "../../../ops/unary-math.ts";
import { OptionError } from "../../../util/errors.ts";
import { isPlainObject } from "../../../util/options.ts";
import { bindParameters, required } from "../../../util/parameters.ts";
import { type ImageSize, sizeOf } from "./convert.ts";
import {
  type BoundingBoxes,
  type BoxFormat,
  checkBoxes,
  joinParts,
  partsOf,
  requireXyxy,
} from "./formats.ts";
import { larger, minus, over, plus, smaller, type Term, times, toTensor } from "./math.ts";

type FormatRest = readonly [{ readonly boundingBoxFormat?: BoxFormat | undefined }];

/** Keeps numbers within limits. */
function within(x: Tensor, least: Term, most: Term): Tensor {
  return smaller(larger(x, least), most);
}

interface Sides {
  readonly boxes: Operand;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly boundingBoxFormat: unknown;
}

/**
 * Boxes in a part of their images: moved to its corner, and cut off where it ends.
 *
 * @param boxes - `[…, 4]`, left, top, right and bottom.
 * @param rest - `top` and `left` of the part, its `height` and `width`; `boundingBoxFormat`, only `"xyxy"`.
 * @throws {OptionError} for another format.
 * @throws {ShapeError} when the last axis has not four numbers.
 * @see Keras `layers/preprocessing/image_preprocessing/bounding_boxes/converters.py`
 */
export function crop<B extends Operand>(
  boxes: B,
  ...rest: Rest<
    [
      { readonly top: number },
      { readonly left: number },
      { readonly height: number },
      { readonly width: number },
      ...FormatRest,
    ]
  >
): Result<B>;
export function crop(...args: readonly unknown[]): Tensor {
  const where = "utils.boundingBoxes.crop";
  const table = { boxes: required, top: required, left: required, height: required, width: required, boundingBoxFormat: "xyxy" }; // prettier-ignore
  const given = bindParameters<Sides>(where, table, args, []);
  requireXyxy(where, given.boundingBoxFormat);
  const [x1, y1, x2, y2] = moved(where, given.boxes, -given.left, -given.top);
  const { height, width } = given;
  return joinParts(within(x1, 0, width), within(y1, 0, height), within(x2, 0, width), within(y2, 0, height));
}

/**
 * Boxes in images to which something was added above and at the left.
 *
 * @param boxes - `[…, 4]`, left, top, right and bottom.
 * @param rest - `top` and `left`: what was added; `height`, `width`, which make no difference; `boundingBoxFormat`, only
 *   `"xyxy"`.
 * @throws {OptionError} for another format.
 * @throws {ShapeError} when the last axis has not four numbers.
 * @see Keras `layers/preprocessing/image_preprocessing/bounding_boxes/converters.py`
 */
export function pad<B extends Operand>(
  boxes: B,
  ...rest: Rest<
    [
      { readonly top: number },
      { readonly left: number },
      { readonly height?: number | null | undefined },
      { readonly width?: number | null | undefined },
      ...FormatRest,
    ]
  >
): Result<B>;
export function pad(...args: readonly unknown[]): Tensor {
  const where = "utils.boundingBoxes.pad";
  const table = { boxes: required, top: required, left: required, height: null, width: null, boundingBoxFormat: "xyxy" }; // prettier-ignore
  const given = bindParameters<Sides>(where, table, args, []);
  requireXyxy(where, given.boundingBoxFormat);
  return joinParts(...moved(where, given.boxes, given.left, given.top));
}

function moved(where: string, input: Operand, right: number, down: number): [Tensor, Tensor, Tensor, Tensor] {
  const boxes = toTensor(input);
  checkBoxes(where, boxes);
  const [x1, y1, x2, y2] = partsOf(boxes);
  return [plus(x1, right), plus(y1, down), plus(x2, right), plus(y2, down)];
}

/** Boxes and labels as tensors. */
export type Clipped<B extends BoundingBoxes> = Omit<B, "boxes" | "labels"> & {
  readonly boxes: Tensor;
} & (B extends {
    readonly labels: Operand;
  }
    ? { readonly labels: Tensor }
    : unknown);

/**
 * Boxes cut off at the edges of their images. The labels of those of which nothing is left become −1.
 *
 * @param boundingBoxes - An object with `boxes`, `[n, 4]` or `[batch, n, 4]`, and mostly `labels`; the rest is kept.
 * @param rest - `height` and `width` of the images; `boundingBoxFormat`, `"xyxy"` (the default) or `"rel_xyxy"`, which
 *   needs no sizes.
 * @throws {OptionError} for another format, and without sizes.
 * @throws {ShapeError} when the last axis has not four numbers.
 * @see Keras `layers/preprocessing/image_preprocessing/bounding_boxes/converters.py`
 */
export function clipToImageSize<B extends BoundingBoxes>(
  boundingBoxes: B,
  ...rest: Rest<
    [
      { readonly height?: ImageSize | null | undefined },
      { readonly width?: ImageSize | null | undefined },
      ...FormatRest,
    ]
  >
): Clipped<B>;
export function clipToImageSize(first: unknown, ...rest: readonly unknown[]): unknown {
  const where = "utils.boundingBoxes.clipToImageSize";
  const table = { boundingBoxes: required, height: null, width: null, boundingBoxFormat: "xyxy" };
  const isAlone = rest.length === 0 && isPlainObject(first) && "boxes" in first;
  const { boundingBoxes, height, width, boundingBoxFormat } = bindParameters<{
    readonly boundingBoxes: BoundingBoxes;
    readonly height: ImageSize | null;
    readonly width: ImageSize | null;
    readonly boundingBoxFormat: string;
  }>(where, table, isAlone ? [first, {}] : [first, ...rest], []);
  requireXyxy(where, boundingBoxFormat, ["rel_xyxy"]);
  const isRelative = boundingBoxFormat.toLowerCase() === "rel_xyxy";
  if (!isPlainObject(boundingBoxes) || !("boxes" in boundingBoxes))
    throw new OptionError(
      `${where}: expected an object with \`boxes\`, received ${JSON.stringify(boundingBoxes)}.`,
    );
  if (!isRelative && (height === null || width === null))
    throw new OptionError(
      `${where}: expected \`height\` and \`width\` of the images. Give both, or relative boxes.`,
    );
  const boxes = toTensor(boundingBoxes.boxes);
  checkBoxes(where, boxes, [2, 3]);
  const [right, bottom] = isRelative ? [1, 1] : [sizeOf(width, boxes.dtype), sizeOf(height, boxes.dtype)];
  const [x1, y1, x2, y2] = partsOf(boxes);
  const [left, top] = [within(x1, 0, right), within(y1, 0, bottom)];
  const [end, foot] = [within(x2, 0, right), within(y2, 0, bottom)];
  const result = { ...boundingBoxes, boxes: joinParts(left, top, end, foot) };
  if (boundingBoxes.labels === undefined) return result;
  const area = squeeze(times(minus(end, left), minus(foot, top)), { axis: -1 }) as Tensor; // SAFETY: tensor in, tensor out
  return { ...result, labels: choose(greater(area, 0), toTensor(boundingBoxes.labels), -1) };
}

interface AffineArguments {
  readonly boxes: Operand;
  readonly angle: Operand;
  readonly translateX: Operand;
  readonly translateY: Operand;
  readonly scale: Operand;
  readonly shearX: Operand;
  readonly shearY: Operand;
  readonly height: Operand;
  readonly width: Operand;
  readonly centerX: Operand | null;
  readonly centerY: Operand | null;
  readonly boundingBoxFormat: unknown;
}

/**
 * The boxes around boxes in images that were turned, moved, made larger or slanted. Each amount is a number, or one for each
 * image.
 *
 * @param boxes - `[n, 4]` or `[batch, n, 4]`, left, top, right and bottom.
 * @param rest - `angle` in degrees; `translateX`, `translateY`, shares of the image's sizes; `scale`; `shearX`, `shearY` in
 *   degrees; `height`, `width` of the images; `centerX`, `centerY` around which they turn, default 0.5; `boundingBoxFormat`,
 *   only `"xyxy"`.
 * @throws {OptionError} for another format.
 * @throws {ShapeError} for other shapes.
 * @see Keras `layers/preprocessing/image_preprocessing/bounding_boxes/converters.py`
 */
export function affineTransform<B extends Operand>(
  boxes: B,
  ...rest: Rest<
    [
      { readonly angle: Operand },
      { readonly translateX: Operand },
      { readonly translateY: Operand },
      { readonly scale: Operand },
      { readonly shearX: Operand },
      { readonly shearY: Operand },
      { readonly height: Operand },
      { readonly width: Operand },
      { readonly centerX?: Operand | null | undefined },
      { readonly centerY?: Operand | null | undefined },
      ...FormatRest,
    ]
  >
): Result<B>;
export function affineTransform(...args: readonly unknown[]): Tensor {
  const where = "utils.boundingBoxes.affineTransform";
  const names = [
    "boxes",
    "angle",
    "translateX",
    "translateY",
    "scale",
    "shearX",
    "shearY",
    "height",
    "width",
  ];
  const table = {
    ...Object.fromEntries(names.map((name) => [name, required])),
    centerX: null, centerY: null, boundingBoxFormat: "xyxy",
  }; // prettier-ignore
  const given = bindParameters<AffineArguments>(where, table, args, []);
  requireXyxy(where, given.boundingBoxFormat);
  const boxes = cast(toTensor(given.boxes), "float32") as Tensor; // SAFETY: tensor in, tensor out
  checkBoxes(where, boxes, [2, 3]);
  const isBatched = boxes.shape.length === 3;
  // Amounts of single images, `[batch]`, stand beside their boxes, `[batch, n, 1]`.
  const amount = (operand: Operand): Tensor => {
    const x = cast(toTensor(operand), "float32") as Tensor; // SAFETY: tensor in, tensor out
    return isBatched && x.shape.length === 1 ? (expandDims(x, { axis: [1, 2] }) as Tensor) : x; // SAFETY: as above
  };
  return turn(boxes, {
    angle: amount(given.angle),
    translateX: amount(given.translateX),
    translateY: amount(given.translateY),
    scale: amount(given.scale),
    shearX: amount(given.shearX),
    shearY: amount(given.shearY),
    height: amount(given.height),
    width: amount(given.width),
    centerX: amount(given.centerX ?? 0.5),
    centerY: amount(given.centerY ?? 0.5),
  });
}

type Amounts = Readonly<Record<Exclude<keyof AffineArguments, "boxes" | "boundingBoxFormat">, Tensor>>;

const radian = Math.PI / 180;

/** The inverse of the matrix by which images are sampled: rotation and shear without scale have determinant 1. */
function turn(boxes: Tensor, how: Amounts): Tensor {
  const [cx, cy] = [times(how.centerX, minus(how.width, 1)), times(how.centerY, minus(how.height, 1))];
  const [tx, ty] = [times(how.translateX, minus(how.width, 1)), times(how.translateY, minus(how.height, 1))];
  const turned = times(how.angle, -radian);
  const slant = times(how.shearY, -radian);
  const between = minus(turned, slant);
  const [sinOf, cosOf] = [
    (x: Tensor): Tensor => sin(x) as Tensor, // SAFETY: tensor in, tensor out
    (x: Tensor): Tensor => cos(x) as Tensor, // SAFETY: as above
  ];
  const tangent = tan(times(how.shearX, -radian)) as Tensor; // SAFETY: as above
  const a = over(cosOf(between), cosOf(slant));
  const b = plus(times(a, tangent), sinOf(turned));
  const c = over(times(sinOf(between), -1), cosOf(slant));
  const d = minus(cosOf(turned), times(c, tangent));
  const rows = [
    [times(d, how.scale), times(times(b, how.scale), -1), cx],
    [times(times(c, how.scale), -1), times(a, how.scale), cy],
  ] as const;
  const [x1, y1, x2, y2] = partsOf(boxes);
  const [px, py] = [joinParts(x1, x2, x2, x1), joinParts(y1, y1, y2, y2)];
  const [dx, dy] = [minus(px, minus(cx, tx)), minus(py, minus(cy, ty))];
  const points = rows.map(([byX, byY, center]) => plus(plus(times(byX, dx), times(byY, dy)), center));
  const least = points.map((x) => amin(x, { axis: -1, keepdims: true }) as Tensor); // SAFETY: as above
  const most = points.map((x) => amax(x, { axis: -1, keepdims: true }) as Tensor); // SAFETY: as above
  return joinParts(...least, ...most);
}

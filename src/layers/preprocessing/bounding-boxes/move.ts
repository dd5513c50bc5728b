import { cast } from "../../../ops/cast.ts";
import type { Tensor } from "../../../ops/core/tensor.ts";
import { getItem } from "../../../ops/get-item.ts";
import { expandDims } from "../../../ops/shape.ts";
import { clipToImageSize } from "./change.ts";
import { convertBoxes } from "./convert.ts";
import { type BoxFormat, joinParts, partsOf } from "./formats.ts";
import { larger, minus, over, plus, smaller, type Term, times } from "./math.ts";

/** Boxes of a batch of images as tensors. */
export interface ImageBoxes {
  /** `[batch, n, 4]` */
  readonly boxes: Tensor;
  /** `[batch, n]`; −1 where there is no box. */
  readonly labels: Tensor;
}

/** A height and a width in pixels. */
export interface Area {
  readonly height: number;
  readonly width: number;
}

/** What is moved, and how. */
export interface Move {
  /** What errors begin with. */
  readonly where: string;
  readonly format: BoxFormat;
  /** Sizes of the images before. */
  readonly from: Area;
  /** Sizes of the images afterwards. */
  readonly to: Area;
  /** From left, top, right and bottom in pixels to the same afterwards. */
  readonly move: (boxes: Tensor) => Tensor;
}

/** Boxes that moved with their images, cut off at the edges; labels of those that left them become −1. */
export function moveBoxes(
  { boxes, labels }: ImageBoxes,
  { where, format, from, to, move }: Move,
): ImageBoxes {
  const corners = convertBoxes(where, boxes, format, "xyxy", from);
  const clipped = clipToImageSize({ boxes: move(corners), labels }, to.height, to.width);
  return { boxes: convertBoxes(where, clipped.boxes, "xyxy", format, to), labels: clipped.labels };
}

/** Boxes and labels in one tensor `[batch, n, 5]`, and apart again. */
export function packBoxes({ boxes, labels }: ImageBoxes): Tensor {
  return joinParts(boxes, expandDims(cast(labels, boxes.dtype), -1) as Tensor); // SAFETY: tensors in, tensor out
}

export function unpackBoxes(packed: Tensor): ImageBoxes {
  const boxes = getItem(packed, ["...", "0:4"]) as Tensor; // SAFETY: as above
  return { boxes, labels: getItem(packed, ["...", 4]) as Tensor }; // SAFETY: as above
}

/** Boxes in a window that begins at a place, made larger by factors. */
export function windowed(
  boxes: Tensor,
  [top, left]: readonly [Term, Term],
  [down, across]: readonly [Term, Term],
): Tensor {
  const [x1, y1, x2, y2] = partsOf(boxes);
  const [x, y] = [
    (at: Tensor): Tensor => times(minus(at, left), across),
    (at: Tensor): Tensor => times(minus(at, top), down),
  ];
  return joinParts(x(x1), y(y1), x(x2), y(y2));
}

/** The boxes around the four corners of boxes, each of which moved by itself. */
export function around(
  boxes: Tensor,
  move: (x: Tensor, y: Tensor) => readonly [x: Tensor, y: Tensor],
): Tensor {
  const [x1, y1, x2, y2] = partsOf(boxes);
  const [first, ...others] = [move(x1, y1), move(x2, y1), move(x2, y2), move(x1, y2)] as const;
  let [left, top, right, bottom] = [first[0], first[1], first[0], first[1]];
  for (const [x, y] of others) {
    [left, right] = [smaller(left, x), larger(right, x)];
    [top, bottom] = [smaller(top, y), larger(bottom, y)];
  }
  return joinParts(left, top, right, bottom);
}

/** Boxes of images whose pixels were taken from where a matrix `[a, b, c; d, e, f]` of each image says: its inverse. */
export function againstMatrix(
  boxes: Tensor,
  matrix: readonly [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor],
): Tensor {
  const [a, b, c, d, e, f] = matrix;
  const area = minus(times(a, e), times(b, d));
  return around(boxes, (x, y) => {
    const [dx, dy] = [minus(x, c), minus(y, f)];
    return [over(minus(times(e, dx), times(b, dy)), area), over(minus(times(a, dy), times(d, dx)), area)];
  });
}

/** Boxes that moved by a homography of each image, its eight numbers row by row. */
export function throughHomography(boxes: Tensor, numbers: readonly Tensor[]): Tensor {
  const at = (i: number): Term => numbers[i] ?? 0;
  return around(boxes, (x, y) => {
    const row = (i: number, last: Term): Tensor => plus(plus(times(at(i), x), times(at(i + 1), y)), last);
    const depth = row(6, 1);
    return [over(row(0, at(2)), depth), over(row(3, at(5)), depth)];
  });
}

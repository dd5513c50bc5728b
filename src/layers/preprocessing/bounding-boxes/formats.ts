import type { Operand } from "../../../ops/core/signatures.ts";
import { OptionError, ShapeError } from "../../../util/errors.ts";
import { formatShape } from "../../../ir/shape.ts";
import type { Tensor } from "../../../ops/core/tensor.ts";
import { didYouMean } from "../../../util/options.ts";
import { concatenate, split } from "../../../ops/joining.ts";

/** How the four numbers of a box are meant; `rel_`: as shares of the image's width and height. */
export const boxFormats = [
  "xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh",
] as const; // prettier-ignore

/**
 * A format of boxes: `"xyxy"` left, top, right, bottom; `"yxyx"` top, left, bottom, right; `"xywh"` left, top, width, height;
 * `"center_xywh"` and `"center_yxhw"` the middle and the sizes; `"rel_xyxy"`, `"rel_yxyx"`, `"rel_xywh"`, `"rel_center_xywh"`
 * the same as shares of the image's width and height.
 */
export type BoxFormat = (typeof boxFormats)[number];

/** Boxes `[n, 4]` or `[batch, n, 4]`, and what is in them. */
export interface BoundingBoxes {
  readonly boxes: Operand;
  /** Numbers of classes, `[n]` or `[batch, n]`; −1 where there is no box. */
  readonly labels?: Operand | undefined;
  /** How sure each of them is. */
  readonly confidences?: Operand | undefined;
}

/** The format of a name, which may be written in capitals. */
export function boxFormat(where: string, name: string, value: unknown): BoxFormat {
  const format = boxFormats.find((one) => typeof value === "string" && one === value.toLowerCase());
  if (format !== undefined) return format;
  throw new OptionError(
    `${where}: expected \`${name}\` to be one of ${boxFormats.join(", ")}, received ${JSON.stringify(value)}.${didYouMean(String(value), boxFormats)}`,
  );
}

/** Only `"xyxy"`, as in Keras. */
export function requireXyxy(where: string, value: unknown, also: readonly BoxFormat[] = []): void {
  const format = boxFormat(where, "boundingBoxFormat", value);
  if (format !== "xyxy" && !also.includes(format))
    throw new OptionError(
      `${where}: expected boxes as ${["xyxy", ...also].join(" or ")}, received ${format}. Convert them with utils.boundingBoxes.convertFormat first.`,
    );
}

/** Checks that the last axis holds four numbers. */
export function checkBoxes(where: string, boxes: Tensor, ranks?: readonly number[]): void {
  const { shape } = boxes;
  if (shape.at(-1) !== 4 || (ranks !== undefined && !ranks.includes(shape.length)))
    throw new ShapeError(
      `${where}: expected boxes ${ranks === undefined ? "[…, 4]" : "[n, 4] or [batch, n, 4]"}, received ${formatShape(shape)}.`,
    );
}

/** The four numbers of boxes, each `[…, 1]`. */
export function partsOf(boxes: Tensor): readonly [Tensor, Tensor, Tensor, Tensor] {
  return split(boxes, 4, { axis: -1 }) as unknown as [Tensor, Tensor, Tensor, Tensor]; // SAFETY: as many parts as asked for
}

export function joinParts(...parts: readonly Tensor[]): Tensor {
  return concatenate(parts, -1) as Tensor; // SAFETY: tensors in, tensor out
}

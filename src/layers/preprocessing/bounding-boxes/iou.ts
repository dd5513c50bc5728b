import { less, logicalOr } from "../../../ops/comparison.ts";
import type { Result } from "../../../ops/core/op-types.ts";
import type { Operand, Rest } from "../../../ops/core/signatures.ts";
import type { Tensor } from "../../../ops/core/tensor.ts";
import { where as choose } from "../../../ops/indexing.ts";
import { amax } from "../../../ops/reductions.ts";
import { squeeze, swapaxes } from "../../../ops/shape.ts";
import { arctan, square } from "../../../ops/unary-math.ts";
import { epsilon } from "../../../util/epsilon.ts";
import { OptionError, ShapeError } from "../../../util/errors.ts";
import { formatShape } from "../../../ir/shape.ts";
import { bindParameters, required } from "../../../util/parameters.ts";
import { convertBoxes } from "./convert.ts";
import { sizesOf } from "./deltas.ts";
import { type BoxFormat, partsOf } from "./formats.ts";
import { larger, minus, over, plus, smaller, times, toTensor } from "./math.ts";

interface Given {
  readonly boxes1: Operand;
  readonly boxes2: Operand;
  readonly boundingBoxFormat: BoxFormat;
  readonly useMasking: boolean;
  readonly maskVal: number;
  readonly imageShape: readonly number[] | null;
}

function bind(where: string, extra: object, args: readonly unknown[]): Given {
  const table = {
    boxes1: required,
    boxes2: required,
    boundingBoxFormat: required,
    ...extra,
    imageShape: null,
  };
  return bindParameters<Given>(where, table, args, []);
}

/** Columns as rows: `[…, m, 1]` → `[…, 1, m]`. */
function across(x: Tensor): Tensor {
  return swapaxes(x, -1, -2) as Tensor; // SAFETY: tensor in, tensor out
}

/** What two ranges have in common. */
function common(least1: Tensor, most1: Tensor, least2: Tensor, most2: Tensor): Tensor {
  return larger(minus(smaller(most1, most2), larger(least1, least2)), 0);
}

/**
 * How much each of some boxes and each of others have in common, as a share of what they cover together.
 *
 * Shapes: `[n, 4]` or `[batch, n, 4]`, and `[m, 4]` or `[batch, m, 4]` → `[n, m]` or `[batch, n, m]`.
 *
 * @param rest - `useMasking`: whether pairs in which a box has only negative numbers give `maskVal` (default false);
 *   `maskVal`, default −1; `imageShape` `[height, width, channels]`, for relative formats.
 * @throws {OptionError} for an unknown format, or a relative one without `imageShape`.
 * @throws {ShapeError} for other shapes.
 * @see Keras `layers/preprocessing/image_preprocessing/bounding_boxes/iou.py`
 */
export function computeIou<A extends Operand, B extends Operand>(
  boxes1: A,
  boxes2: B,
  boundingBoxFormat: BoxFormat,
  ...rest: Rest<
    [
      { readonly useMasking?: boolean | undefined },
      { readonly maskVal?: number | undefined },
      { readonly imageShape?: readonly number[] | null | undefined },
    ]
  >
): Result<A | B>;
export function computeIou(...args: readonly unknown[]): Tensor {
  const where = "utils.boundingBoxes.computeIou";
  const given = bind(where, { useMasking: false, maskVal: -1 }, args);
  const [boxes1, boxes2] = [given.boxes1, given.boxes2].map((operand) => {
    const boxes = toTensor(operand);
    if (boxes.shape.length === 2 || boxes.shape.length === 3) return corners(where, given, boxes);
    throw new ShapeError(
      `${where}: expected boxes [n, 4] or [batch, n, 4], received ${formatShape(boxes.shape)}.`,
    );
  });
  if (boxes1 === undefined || boxes2 === undefined) throw new ShapeError(`${where}: expected boxes.`);
  const [left1, top1, right1, bottom1] = partsOf(boxes1);
  const [left2, top2, right2, bottom2] = partsOf(boxes2).map(across) as [Tensor, Tensor, Tensor, Tensor]; // SAFETY: four of four
  const both = times(common(top1, bottom1, top2, bottom2), common(left1, right1, left2, right2));
  const area1 = times(minus(bottom1, top1), minus(right1, left1));
  const area2 = times(minus(bottom2, top2), minus(right2, left2));
  const iou = over(both, plus(minus(plus(area1, area2), both), epsilon()));
  if (!given.useMasking) return iou;
  const isNone = (boxes: Tensor): Tensor => less(amax(boxes, { axis: -1, keepdims: true }), 0) as Tensor; // SAFETY: tensor in, tensor out
  return choose(logicalOr(isNone(boxes1), across(isNone(boxes2))), given.maskVal, iou) as Tensor; // SAFETY: as above
}

function corners(where: string, { boundingBoxFormat, imageShape }: Given, boxes: Operand): Tensor {
  const isRelative = String(boundingBoxFormat).toLowerCase().startsWith("rel");
  if (isRelative && imageShape === null)
    throw new OptionError(
      `${where}: expected \`imageShape\` as [height, width, channels] with ${boundingBoxFormat}.`,
    );
  return convertBoxes(where, boxes, boundingBoxFormat, "xyxy", sizesOf(where, imageShape));
}

/**
 * How well boxes match, pair by pair: what they have in common as a share of what they cover together, less the distance of their
 * middles and the difference of their proportions.
 *
 * Shapes: `[…, 4]` twice → `[…]`.
 *
 * @param rest - `imageShape` `[height, width, channels]`, for relative formats.
 * @throws {OptionError} for an unknown format, or a relative one without `imageShape`.
 * @throws {ShapeError} when last axes have not four numbers.
 * @see Keras `layers/preprocessing/image_preprocessing/bounding_boxes/iou.py`; Zheng et al. 2020 (arXiv:1911.08287)
 */
export function computeCiou<A extends Operand, B extends Operand>(
  boxes1: A,
  boxes2: B,
  boundingBoxFormat: BoxFormat,
  ...rest: Rest<[{ readonly imageShape?: readonly number[] | null | undefined }]>
): Result<A | B>;
export function computeCiou(...args: readonly unknown[]): Tensor {
  const where = "utils.boundingBoxes.computeCiou";
  const given = bind(where, {}, args);
  const [left1, top1, right1, bottom1] = partsOf(corners(where, given, given.boxes1));
  const [left2, top2, right2, bottom2] = partsOf(corners(where, given, given.boxes2));
  const [width1, width2] = [minus(right1, left1), minus(right2, left2)];
  const [height1, height2] = [plus(minus(bottom1, top1), epsilon()), plus(minus(bottom2, top2), epsilon())];
  const both = times(common(left1, right1, left2, right2), common(top1, bottom1, top2, bottom2));
  const union = plus(minus(plus(times(width1, height1), times(width2, height2)), both), epsilon());
  const iou = over(both, plus(union, epsilon()));
  const squared = (x: Tensor): Tensor => square(x) as Tensor; // SAFETY: tensor in, tensor out; so below
  const angle = (width: Tensor, height: Tensor): Tensor => arctan(over(width, height)) as Tensor; // SAFETY: as above
  const wide = minus(larger(right1, right2), smaller(left1, left2));
  const high = minus(larger(bottom1, bottom2), smaller(top1, top2));
  const diagonal = plus(plus(squared(wide), squared(high)), epsilon());
  const dx = over(minus(plus(left1, right1), plus(left2, right2)), 2);
  const dy = over(minus(plus(top1, bottom1), plus(top2, bottom2)), 2);
  const proportions = times(squared(minus(angle(width2, height2), angle(width1, height1))), 4 / Math.PI ** 2);
  const weight = over(proportions, plus(minus(proportions, iou), 1 + epsilon()));
  const penalty = plus(over(plus(squared(dx), squared(dy)), diagonal), times(proportions, weight));
  return squeeze(minus(iou, penalty), { axis: -1 }) as Tensor; // SAFETY: as above
}

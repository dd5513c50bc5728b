import type { DataFormat } from "../../ir/shape-types/index.ts";
import { add, divide, multiply, subtract } from "../../ops/arithmetic.ts";
import { greaterEqual, less, logicalAnd } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { arange } from "../../ops/creation.ts";
import { broadcastTo, reshape } from "../../ops/shape.ts";

/** Windows of images, and their share of the area. */
export interface WindowMask {
  /** True inside, of the images' shape. */
  readonly mask: Tensor;
  /** `[batch]` */
  readonly share: Tensor;
}

/** A window at a random place in each image, its height and width given as parts of the image's (`[batch]`). */
export function windowMask(
  images: Tensor,
  format: DataFormat,
  heights: Tensor,
  widths: Tensor,
  uniform: (shape: readonly number[]) => Tensor,
): WindowMask {
  const [batch = 1, ...rest] = images.dims;
  const [height = 1, width = 1] = format === "channels_last" ? rest : rest.slice(1);
  const spread = (x: unknown): Tensor => reshape(x as Tensor, [batch, 1, 1, 1]) as Tensor; // SAFETY: results of ops on tensors
  const along = (
    size: number,
    part: Tensor,
    axis: number,
  ): { readonly inside: Tensor; readonly length: Tensor } => {
    const length = multiply(part, size) as Tensor; // SAFETY: tensors in, tensor out
    const start = multiply(uniform([batch]), subtract(size, length)) as Tensor; // SAFETY: as above
    const shape = [1, 1, 1, 1].map((_, i) => (i === axis ? size : 1));
    const places = reshape(arange(size, { dtype: "float32" }), shape) as Tensor; // SAFETY: as above
    const isIn = logicalAnd(greaterEqual(places, spread(start)), less(places, spread(add(start, length))));
    return { inside: isIn as Tensor, length }; // SAFETY: as above
  };
  const isLast = format === "channels_last";
  const across = along(width, widths, isLast ? 2 : 3);
  const down = along(height, heights, isLast ? 1 : 2);
  const mask = broadcastTo(logicalAnd(across.inside, down.inside), images.dims) as Tensor; // SAFETY: as above
  return { mask, share: divide(multiply(across.length, down.length), width * height) as Tensor }; // SAFETY: as above
}

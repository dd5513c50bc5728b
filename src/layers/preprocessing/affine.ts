import { broadcastTo } from "../../ops/shape.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { stack } from "../../ops/joining.ts";
import { cast } from "../../ops/cast.ts";

/** The first two rows of an affine matrix, number by number; numbers are the same for all images. */
export type AffineRows = readonly [
  number | Tensor,
  number | Tensor,
  number | Tensor,
  number | Tensor,
  number | Tensor,
  number | Tensor,
];

/** Affine matrices `[batch, 8]`, as `ops.image.affineTransform` takes them. */
export function affine(rows: AffineRows): Tensor {
  const size = rows.find((x) => x instanceof Tensor)?.size ?? 1;
  // SAFETY (all): tensors in, tensors out.
  const columns = [...rows, 0, 0].map(
    (x) => cast(x instanceof Tensor ? x : broadcastTo(x, [size]), "float32") as Tensor,
  );
  return stack(columns, { axis: 1 }) as Tensor; // SAFETY: as above
}

import { isFloat } from "../ir/dtypes.ts";
import { highest, lowest } from "../ir/dtype-range.ts";
import * as p from "./core/primitives/index.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { formatShape } from "../ir/shape.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op2 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";

interface SegmentArguments {
  readonly data: Tensor;
  readonly segmentIds: Tensor;
  readonly numSegments: number | null;
}

type SegmentOp = Op2<[{ readonly numSegments?: number | null }, { readonly sorted?: boolean }], "segmentIds">;

function segmentOp(
  name: string,
  mode: "add" | "mul" | "max" | "min",
  initial: (dtype: Tensor["dtype"]) => number,
): SegmentOp {
  return defineOp(
    {
      name,
      module: "math",
      args: { data: "tensor", segmentIds: "tensor", numSegments: opt(null), sorted: opt(false) },
    },
    ({ data, segmentIds, numSegments }: SegmentArguments) => {
      if (segmentIds.dims.length !== 1 || segmentIds.dims[0] !== data.dims[0]) {
        throw new ShapeError(
          `ops.${name}: expected one segment id for each of the ${data.dims[0] ?? 0} rows of ${formatShape(data.shape)}, received shape ${formatShape(segmentIds.shape)}.`,
        );
      }
      if (numSegments === null) {
        throw new OptionError(
          `ops.${name}: numSegments is needed: the number of results must be known before the values are. Pass { numSegments }.`,
        );
      }
      const value = data.traced;
      const ids = castTo(segmentIds.traced, "int32");
      // One row more takes what belongs to no segment.
      const isKnown = p.and(p.ge(ids, p.fullLike(ids, 0)), p.lt(ids, p.fullLike(ids, numSegments)));
      const rows = p.select(isKnown, ids, p.fullLike(ids, numSegments));
      const start = p.full(initial(value.dtype), [numSegments + 1, ...value.shape.slice(1)], value.dtype);
      const all = p.scatter(start, rows, value, 0, mode);
      const limit = [numSegments, ...value.shape.slice(1)];
      return wrap(
        p.slice(
          all,
          limit.map(() => 0),
          limit,
        ),
      );
    },
  );
}

/** Sums of the rows that have the same segment id. @see Keras `ops.segment_sum` */
export const segmentSum: SegmentOp = segmentOp("segmentSum", "add", () => 0);

/** Products of the rows that have the same segment id. @see Keras `ops.segment_prod` */
export const segmentProd: SegmentOp = segmentOp("segmentProd", "mul", () => 1);

/** Largest elements of the rows that have the same segment id; −∞ for empty segments. @see Keras `ops.segment_max` */
export const segmentMax: SegmentOp = segmentOp("segmentMax", "max", (dtype) =>
  isFloat(dtype) ? -Infinity : lowest(dtype),
);

/** Smallest elements of the rows that have the same segment id; ∞ for empty segments. @see Keras `ops.segment_min` */
export const segmentMin: SegmentOp = segmentOp("segmentMin", "min", (dtype) =>
  isFloat(dtype) ? Infinity : highest(dtype),
);

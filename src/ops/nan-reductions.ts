import type { DType } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { isNotANumber, spread } from "./core/compute.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { ReductionOp } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { type CumulativeOp, cumulate } from "./cumulative.ts";
import { findAlong, forSum, inFloat, inSingle, reductionOp } from "./reductions.ts";

/** `x` with another number in place of NaN. */
function without(x: Var, c: number): Var {
  return p.select(isNotANumber(x), p.fullLike(x, c), x);
}

/** How many elements over axes are numbers. */
function countOver(x: Var, axes: readonly number[]): Var {
  return p.reduceSum(p.cast(p.not(isNotANumber(x)), x.dtype), axes);
}

/** Sum of the elements that are not NaN. @see Keras `ops.nansum` */
export const nansum: ReductionOp = reductionOp({ name: "nansum", prepare: forSum }, (x, axes) =>
  p.reduceSum(without(x, 0), axes),
);

/** Product of the elements that are not NaN. @see Keras `ops.nanprod` */
export const nanprod: ReductionOp = reductionOp({ name: "nanprod", prepare: forSum }, (x, axes) =>
  p.reduceProd(without(x, 1), axes),
);

function nanMean(x: Var, axes: readonly number[]): Var {
  return p.div(p.reduceSum(without(x, 0), axes), countOver(x, axes));
}

/** Mean of the elements that are not NaN. @see Keras `ops.nanmean` */
export const nanmean: ReductionOp<"float"> = reductionOp(
  { name: "nanmean", prepare: inFloat },
  inSingle(nanMean),
);

function nanVariance(x: Var, axes: readonly number[]): Var {
  const centred = p.sub(without(x, 0), spread(nanMean(x, axes), x.shape, axes));
  const squares = p.select(isNotANumber(x), p.zerosLike(x), p.square(centred));
  return p.div(p.reduceSum(squares, axes), countOver(x, axes));
}

/** Variance of the elements that are not NaN. @see Keras `ops.nanvar` */
export const nanvar: ReductionOp<"float"> = reductionOp(
  { name: "nanvar", prepare: inFloat },
  inSingle(nanVariance),
);

/** Standard deviation of the elements that are not NaN. @see Keras `ops.nanstd` */
export const nanstd: ReductionOp<"float"> = reductionOp(
  { name: "nanstd", prepare: inFloat },
  inSingle((x, axes) => p.sqrt(nanVariance(x, axes))),
);

/** An extreme of what is not NaN; NaN where nothing else is. */
function nanExtreme(x: Var, axes: readonly number[], reduce: typeof p.reduceMax, worst: number): Var {
  const isNan = isNotANumber(x);
  if (x.dtype === "bool" || !x.dtype.includes("float")) return reduce(x, axes);
  const result = reduce(p.select(isNan, p.fullLike(x, worst), x), axes);
  return p.select(p.reduceMin(isNan, axes), p.fullLike(result, Number.NaN), result);
}

/** Largest of the elements that are not NaN. @see Keras `ops.nanmax` */
export const nanmax: ReductionOp = reductionOp({ name: "nanmax" }, (x, axes) =>
  nanExtreme(x, axes, p.reduceMax, -Infinity),
);

/** Smallest of the elements that are not NaN. @see Keras `ops.nanmin` */
export const nanmin: ReductionOp = reductionOp({ name: "nanmin" }, (x, axes) =>
  nanExtreme(x, axes, p.reduceMin, Infinity),
);

interface ArgArguments {
  readonly x: Tensor;
  readonly axis: number | null;
  readonly keepdims: boolean;
}

/** The place of an extreme of what is not NaN; −1 where everything is. */
function nanArgOp(name: string, find: (x: Var, axis: number) => Var, worst: number): ReductionOp<"int32"> {
  return defineOp(
    { name, args: { x: "tensor", axis: opt(null), keepdims: opt(false) } },
    ({ x, axis, keepdims }: ArgArguments) => {
      const raw = x.dtype === "bool" ? castTo(x.traced, "int32") : x.traced;
      const isNan = isNotANumber(raw);
      const value = raw.dtype.includes("float") ? p.select(isNan, p.fullLike(raw, worst), raw) : raw;
      const place = findAlong(`ops.${name}`, value, axis, keepdims, find);
      const isLost = findAlong(`ops.${name}`, isNan, axis, keepdims, (v, at) => p.reduceMin(v, [at]));
      return wrap(p.select(isLost, p.fullLike(place, -1), place));
    },
  );
}

/** Index of the largest element that is not NaN. @see Keras `ops.nanargmax` */
export const nanargmax: ReductionOp<"int32"> = nanArgOp("nanargmax", p.argMax, -Infinity);

/** Index of the smallest element that is not NaN. @see Keras `ops.nanargmin` */
export const nanargmin: ReductionOp<"int32"> = nanArgOp("nanargmin", p.argMin, Infinity);

interface CumulativeArguments {
  readonly x: Tensor;
  readonly axis: number | null;
  readonly dtype: DType | null;
}

/** Running sums in which NaN counts as 0. @see Keras `ops.nancumsum` */
export const nancumsum: CumulativeOp = defineOp(
  { name: "nancumsum", args: { x: "tensor", axis: opt(null), dtype: opt(null) } },
  ({ x, axis, dtype }: CumulativeArguments) =>
    cumulate("ops.nancumsum", wrap(without(x.traced, 0)), axis, dtype, p.cumSum),
);

/** Running products in which NaN counts as 1. @see Keras `ops.nancumprod` */
export const nancumprod: CumulativeOp = defineOp(
  { name: "nancumprod", args: { x: "tensor", axis: opt(null), dtype: opt(null) } },
  ({ x, axis, dtype }: CumulativeArguments) =>
    cumulate("ops.nancumprod", wrap(without(x.traced, 1)), axis, dtype, p.cumProd),
);

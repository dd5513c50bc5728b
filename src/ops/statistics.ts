import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, normalizeAxes } from "../ir/shape.ts";
import { invariant, OptionError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { axesOf, countAlong, isNotANumber, meanOver, restoreAxes, widened } from "./core/compute.ts";
import { asFloat, castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op1, Op2, ReductionOp } from "./core/op-types.ts";
import { floatType, resultType } from "./core/promote.ts";
import type { Operand } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { sliceAxis } from "./rearranging.ts";
import { type Axis, inFloat, reductionOp } from "./reductions.ts";

/** How a quantile between two elements is found. */
export const quantileMethods = ["linear", "lower", "higher", "midpoint", "nearest"] as const;
export type QuantileMethod = (typeof quantileMethods)[number];

/** The reduced axes flattened into a last one, which is sorted (NaN last). */
function sortedLast(x: Var, axes: readonly number[]): Var {
  const kept = axesOf(x).filter((axis) => !axes.includes(axis));
  const moved = p.transpose(x, [...kept, ...axes]);
  const flat = p.reshape(moved, [...kept.map((axis) => x.shape[axis] ?? 0), countAlong(x.shape, axes)]);
  const [sorted] = p.sort([flat], flat.shape.length - 1);
  invariant(sorted !== undefined, "sort gives a result");
  return sorted;
}

/** For each row, the element at a place given by a number for each row (`[…rows]`). */
function pick(sorted: Var, place: Var): Var {
  const last = sorted.shape.length - 1;
  const hit = p.eq(
    p.iota(sorted.shape, last, "int32"),
    p.broadcast(p.cast(place, "int32"), sorted.shape, axesOf(place)),
  );
  return p.reduceSum(p.select(hit, sorted, p.zerosLike(sorted)), [last]);
}

/** Element of every sorted row at a fraction q of its first `count` elements. */
function quantileOf(sorted: Var, q: Var, count: Var, method: QuantileMethod): Var {
  const place = p.mul(q, p.offset(count, -1));
  const [low, high] = [p.floor(place), p.ceil(place)];
  switch (method) {
    case "lower":
      return pick(sorted, low);
    case "higher":
      return pick(sorted, high);
    case "nearest":
      return pick(sorted, p.round(place));
    case "midpoint":
      return p.scale(p.add(pick(sorted, low), pick(sorted, high)), 0.5);
    case "linear": {
      const [a, b] = [pick(sorted, low), pick(sorted, high)];
      const part = p.sub(place, low);
      // Of infinite neighbours the difference is no number: each is weighed by itself, where it counts at all.
      const weighed = (x: Var, weight: Var): Var =>
        p.select(p.eq(weight, p.zerosLike(weight)), weight, p.mul(x, weight));
      const between = p.add(weighed(a, p.sub(p.fullLike(part, 1), part)), weighed(b, part));
      const isUsual = p.isFinite(p.sub(b, a));
      return p.select(isUsual, p.add(a, p.mul(p.sub(b, a), part)), between);
    }
  }
}

interface QuantileArguments {
  readonly x: Tensor;
  readonly q: Tensor;
  readonly axis: Axis;
  readonly method: QuantileMethod;
  readonly keepdims: boolean;
}

/** Quantiles of x for each of the fractions q, which make axes in front. */
function quantiles(
  where: string,
  { x, q, axis, method, keepdims }: QuantileArguments,
  percent: boolean,
  ignoreNan: boolean,
): Tensor {
  oneOf(where, "method", method, quantileMethods);
  const given = asFloat(x);
  // Half floats count places to 2,048 or 256 only.
  const value = widened(given);
  const axes = normalizeAxes(axis, value.shape.length, where);
  const isNan = isNotANumber(value);
  const sorted = sortedLast(value, axes);
  const rows = sorted.shape.slice(0, -1);
  const n = sorted.shape.at(-1) ?? 0;
  if (n === 0)
    throw new OptionError(`${where}: the tensor ${formatShape(x.shape)} has no elements along the axes.`);
  const nans = p.reduceSum(p.cast(isNan, value.dtype), axes);
  const clean = p.select(p.isNan(sorted), p.zerosLike(sorted), sorted);
  const valid = ignoreNan ? p.sub(p.fullLike(nans, n), nans) : p.fullLike(nans, n);
  const isLost = ignoreNan ? p.eq(valid, p.zerosLike(valid)) : p.gt(nans, p.zerosLike(nans));
  const fractions = castTo(q.traced, value.dtype);
  const count = q.size;
  const flatQ = p.reshape(percent ? p.scale(fractions, 0.01) : fractions, [count]);
  const results = Array.from({ length: count }, (_, i) => {
    const fraction = p.broadcast(p.reshape(p.slice(flatQ, [i], [i + 1]), []), rows);
    const result = quantileOf(clean, fraction, p.max(valid, p.fullLike(valid, 1)), method);
    const masked = p.select(isLost, p.fullLike(result, Number.NaN), result);
    const shaped = keepdims ? restoreAxes(masked, value.shape, axes) : masked;
    return p.reshape(shaped, [1, ...shaped.shape]);
  });
  const joined = results.length === 1 && results[0] !== undefined ? results[0] : p.concat(results, 0);
  return wrap(castTo(p.reshape(joined, [...q.dims, ...joined.shape.slice(1)]), given.dtype));
}

type QuantileOp = Op1<
  [
    { readonly q: Operand },
    { readonly axis?: Axis },
    { readonly method?: QuantileMethod },
    { readonly keepdims?: boolean },
  ]
>;

function quantileOp(name: string, percent: boolean, ignoreNan: boolean): QuantileOp {
  return defineOp(
    {
      name,
      args: { x: "tensor", q: "tensor", axis: opt(null), method: opt("linear"), keepdims: opt(false) },
    },
    (args: QuantileArguments) => quantiles(`ops.${name}`, args, percent, ignoreNan),
  );
}

/** The element below which a fraction q of the elements over axes lies. @see Keras `ops.quantile` */
export const quantile: QuantileOp = quantileOp("quantile", false, false);

/** The element below which q per cent of the elements over axes lie. @see Keras `ops.percentile` */
export const percentile: QuantileOp = quantileOp("percentile", true, false);

/** `quantile` of the elements that are not NaN. @see Keras `ops.nanquantile` */
export const nanquantile: QuantileOp = quantileOp("nanquantile", false, true);

/** `percentile` of the elements that are not NaN. @see Keras `ops.nanpercentile` */
export const nanpercentile: QuantileOp = quantileOp("nanpercentile", true, true);

function medianOver(given: Var, axes: readonly number[], ignoreNan: boolean): Var {
  const x = widened(given);
  const nans = p.reduceSum(p.cast(isNotANumber(x), x.dtype), axes);
  const raw = sortedLast(x, axes);
  const sorted = p.select(p.isNan(raw), p.zerosLike(raw), raw);
  const n = p.fullLike(nans, raw.shape.at(-1) ?? 0);
  const valid = ignoreNan ? p.sub(n, nans) : n;
  const result = quantileOf(sorted, p.fullLike(valid, 0.5), p.max(valid, p.fullLike(valid, 1)), "midpoint");
  // There is no middle one of no elements.
  const isEmpty = raw.shape.at(-1) === 0;
  const isLost = ignoreNan || isEmpty ? p.eq(valid, p.zerosLike(valid)) : p.gt(nans, p.zerosLike(nans));
  return castTo(p.select(isLost, p.fullLike(result, Number.NaN), result), given.dtype);
}

/** The middle element over axes (the mean of the middle two). @see Keras `ops.median` */
export const median: ReductionOp<"float"> = reductionOp({ name: "median", prepare: inFloat }, (x, axes) =>
  medianOver(x, axes, false),
);

/** `median` of the elements that are not NaN. @see Keras `ops.nanmedian` */
export const nanmedian: ReductionOp<"float"> = reductionOp(
  { name: "nanmedian", prepare: inFloat },
  (x, axes) => medianOver(x, axes, true),
);

/** Correlation coefficients of the rows. @see Keras `ops.corrcoef` */
export const corrcoef: Op1 = defineOp(
  { name: "corrcoef", args: { x: "tensor" } },
  ({ x }: { readonly x: Tensor }) => {
    const raw = asFloat(x);
    const value = raw.shape.length === 1 ? p.reshape(raw, [1, raw.shape[0] ?? 0]) : raw;
    const [rows = 0, n = 0] = value.shape;
    const centred = p.sub(value, p.broadcast(meanOver(value, [1]), value.shape, [0]));
    const covariance = p.scale(p.matmul(centred, p.transpose(centred, [1, 0])), 1 / Math.max(1, n - 1));
    const spreads = p.sqrt(p.scale(p.reduceSum(p.square(centred), [1]), 1 / Math.max(1, n - 1)));
    const scaled = p.div(
      p.div(covariance, p.broadcast(spreads, [rows, rows], [0])),
      p.broadcast(spreads, [rows, rows], [1]),
    );
    const limited = p.clamp(scaled, p.fullLike(scaled, -1), p.fullLike(scaled, 1));
    return wrap(raw.shape.length === 1 ? p.reshape(limited, []) : limited);
  },
);

/** Cross-correlation of two vectors: whole overlaps (`valid`), the size of the longer (`same`), or all (`full`). @see Keras `ops.correlate` */
export const correlate: Op2<[{ readonly mode?: "valid" | "same" | "full" }]> = defineOp(
  { name: "correlate", args: { x1: "tensor", x2: "tensor", mode: opt("valid") } },
  ({
    x1,
    x2,
    mode,
  }: {
    readonly x1: Tensor;
    readonly x2: Tensor;
    readonly mode: "valid" | "same" | "full";
  }) => {
    oneOf("ops.correlate", "mode", mode, ["valid", "same", "full"]);
    if (x1.dims.length !== 1 || x2.dims.length !== 1) {
      throw new OptionError(
        `ops.correlate: expected two vectors, received shapes ${formatShape(x1.shape)} and ${formatShape(x2.shape)}.`,
      );
    }
    const dtype = floatType(resultType([x1, x2]));
    const [a, b] = [castTo(x1.traced, dtype), castTo(x2.traced, dtype)];
    const [n, m] = [x1.size, x2.size];
    const full = p.reshape(
      p.conv(p.reshape(a, [1, n, 1]), p.reshape(b, [m, 1, 1]), {
        strides: [1],
        padding: [[m - 1, m - 1]],
        dilation: [1],
        groups: 1,
      }),
      [n + m - 1],
    );
    if (mode === "full") return wrap(full);
    const [longer, shorter] = [Math.max(n, m), Math.min(n, m)];
    const count = mode === "same" ? longer : longer - shorter + 1;
    // NumPy exchanges the operands when the second is the longer one, and with them which half is rounded up.
    const half = (n + m - 1 - longer) / 2;
    const start = mode === "same" ? (n < m ? Math.ceil(half) : Math.floor(half)) : shorter - 1;
    return wrap(sliceAxis(full, 0, start, start + count));
  },
);

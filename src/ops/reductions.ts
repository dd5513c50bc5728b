import type { DType } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { normalizeAxes, normalizeAxis } from "../ir/shape.ts";
import { axesOf, countAlong, meanOver, restoreAxes, spread, toBool, widened } from "./core/compute.ts";
import { castTo, wrap } from "./core/lift.ts";
import { type ArgumentSpec, defineOp, type OpDefinition, type OpFunction } from "./core/op.ts";
import type { Op1, Op1Pair, ReductionOp, Result } from "./core/op-types.ts";
import { floatType } from "./core/promote.ts";
import type { Operand, ReducedOf, Rest } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";

/** One axis, several, or null for all. */
export type Axis = number | readonly number[] | null;

interface ReductionArguments {
  readonly x: Tensor;
  readonly axis: Axis;
  readonly keepdims: boolean;
}

const reductionArgs = { x: "tensor", axis: opt(null), keepdims: opt(false) } as const;

/** Applies a reduction over normalized axes and keeps them with size 1 where that is asked for. */
export function reduceOver(
  where: string,
  x: Var,
  axis: Axis,
  keepdims: boolean,
  f: (x: Var, axes: readonly number[]) => Var,
): Tensor {
  const axes = normalizeAxes(axis, x.shape.length, where);
  const y = f(x, axes);
  return wrap(keepdims ? restoreAxes(y, x.shape, axes) : y);
}

/** Defines a reduction by its meaning on a value and sorted axes. */
export function reductionOp<F>(
  definition: Omit<OpDefinition, "args"> & { readonly prepare?: (x: Var) => Var },
  f: (x: Var, axes: readonly number[]) => Var,
): OpFunction<F> {
  const { prepare = (x: Var) => x, ...rest } = definition;
  return defineOp<ReductionArguments, F>({ ...rest, args: reductionArgs }, ({ x, axis, keepdims }) =>
    reduceOver(`ops.${rest.name}`, prepare(x.traced), axis, keepdims, f),
  );
}

const sumTypes: Partial<Record<DType, DType>> = {
  bool: "int32",
  int8: "int32",
  int16: "int32",
  uint8: "uint32",
  uint16: "uint32",
};

/** In the dtype in which sums and products are made: small integers become 32-bit ones. */
export function forSum(x: Var): Var {
  return castTo(x, sumTypes[x.dtype] ?? x.dtype);
}

/** In floating point. */
export function inFloat(x: Var): Var {
  return castTo(x, floatType(x.dtype));
}

/** Sum over axes. @see Keras `ops.sum` */
export const sum: ReductionOp = reductionOp({ name: "sum", prepare: forSum }, p.reduceSum);

/** Mean over axes, in floating point. @see Keras `ops.mean` */
export const mean: ReductionOp<"float"> = reductionOp({ name: "mean", prepare: inFloat }, meanOver);

/**
 * Variance over axes (of the population).
 *
 * Its gradient is `2/n · (x − mean)`: what flows through the mean adds up to 0, so no pass over the data is spent on it.
 */
export function varianceOver(x: Var, axes: readonly number[]): Var {
  const centred = (value: Var): Var => p.sub(value, spread(meanOver(value, axes), value.shape, axes));
  const variance = meanOver(p.square(centred(x)), axes);
  const share = 2 / countAlong(x.shape, axes);
  const [result = variance] = p.customGradient([variance], [x], ([g], _, [input]) => [
    g && input ? p.mul(spread(p.scale(g, share), input.shape, axes), centred(input)) : null,
  ]);
  return result;
}

/** A reduction that computes half floats in single precision: sums on the way may be out of their range. */
export function inSingle(
  f: (x: Var, axes: readonly number[]) => Var,
): (x: Var, axes: readonly number[]) => Var {
  return (x, axes) => castTo(f(widened(x), axes), x.dtype);
}

/** Variance over axes (divided by the count, not one less). @see Keras `ops.var` */
export const variance: ReductionOp<"float"> = reductionOp(
  { name: "var", prepare: inFloat },
  inSingle(varianceOver),
);

/** Standard deviation over axes. @see Keras `ops.std` */
export const std: ReductionOp<"float"> = reductionOp(
  { name: "std", prepare: inFloat },
  inSingle((x, axes) => p.sqrt(varianceOver(x, axes))),
);

/** Product over axes. @see Keras `ops.prod` */
export const prod: OpFunction<
  <X extends Operand>(
    x: X,
    ...rest: Rest<
      [{ readonly axis?: Axis }, { readonly keepdims?: boolean }, { readonly dtype?: DType | null }]
    >
  ) => Result<X>
> = defineOp(
  { name: "prod", args: { ...reductionArgs, dtype: opt(null) } },
  ({ x, axis, keepdims, dtype }: ReductionArguments & { readonly dtype: DType | null }) =>
    reduceOver(
      "ops.prod",
      dtype === null ? forSum(x.traced) : castTo(x.traced, dtype),
      axis,
      keepdims,
      p.reduceProd,
    ),
);

type ExtremeOp = OpFunction<{
  <X extends Operand, const A extends Axis = null, const K extends boolean = false>(
    x: X,
    axis?: A,
    keepdims?: K,
    initial?: number | null,
  ): Result<X, ReducedOf<X, A, K>>;
  <X extends Operand, const A extends Axis = null, const K extends boolean = false>(
    x: X,
    options: { readonly axis?: A; readonly keepdims?: K; readonly initial?: number | null },
  ): Result<X, ReducedOf<X, A, K>>;
}>;

function extremeOp(
  name: string,
  reduce: (x: Var, axes: readonly number[]) => Var,
  choose: (a: Var, b: Var) => Var,
): ExtremeOp {
  const args: Record<string, ArgumentSpec | "tensor"> = { ...reductionArgs, initial: opt(null) };
  return defineOp(
    { name, args },
    ({ x, axis, keepdims, initial }: ReductionArguments & { readonly initial: number | null }) =>
      reduceOver(`ops.${name}`, x.traced, axis, keepdims, (value, axes) => {
        const result = reduce(value, axes);
        return initial === null ? result : choose(result, p.fullLike(result, initial));
      }),
  );
}

/** Largest element over axes. @see Keras `ops.max` */
export const max: ExtremeOp = extremeOp("max", p.reduceMax, p.max);

/** Smallest element over axes. @see Keras `ops.min` */
export const min: ExtremeOp = extremeOp("min", p.reduceMin, p.min);

/** Largest element over axes. @see Keras `ops.amax` */
export const amax: ReductionOp = reductionOp({ name: "amax" }, p.reduceMax);

/** Smallest element over axes. @see Keras `ops.amin` */
export const amin: ReductionOp = reductionOp({ name: "amin" }, p.reduceMin);

/** Largest minus smallest element over axes. @see Keras `ops.ptp` */
export const ptp: ReductionOp = reductionOp({ name: "ptp" }, (x, axes) =>
  p.sub(p.reduceMax(x, axes), p.reduceMin(x, axes)),
);

/** Whether all elements over axes are true (not 0). @see Keras `ops.all` */
export const all: ReductionOp<"bool"> = reductionOp({ name: "all", prepare: toBool }, p.reduceMin);

/** Whether any element over axes is true (not 0). @see Keras `ops.any` */
export const any: ReductionOp<"bool"> = reductionOp({ name: "any", prepare: toBool }, p.reduceMax);

/** How many elements are not 0. @see Keras `ops.count_nonzero` */
export const countNonzero: Op1<[{ readonly axis?: Axis }]> = defineOp(
  { name: "countNonzero", args: { x: "tensor", axis: opt(null) } },
  ({ x, axis }: { readonly x: Tensor; readonly axis: Axis }) =>
    reduceOver("ops.countNonzero", castTo(toBool(x.traced), "int32"), axis, false, p.reduceSum),
);

/** `log Σ exp(x)` over axes, without overflow. */
export function logSumExpOver(x: Var, axes: readonly number[]): Var {
  const largest = p.stopGradient(p.reduceMax(x, axes));
  const shift = p.select(p.isFinite(largest), largest, p.zerosLike(largest));
  const total = p.reduceSum(p.exp(p.sub(x, spread(shift, x.shape, axes))), axes);
  return p.add(p.log(total), shift);
}

/** `log Σ exp(x)` over axes, without overflow. @see Keras `ops.logsumexp` */
export const logsumexp: ReductionOp<"float"> = reductionOp(
  { name: "logsumexp", module: "math", prepare: inFloat },
  logSumExpOver,
);

function argOp(name: string, find: (x: Var, axis: number) => Var): ReductionOp<"int32"> {
  return defineOp(
    { name, args: reductionArgs },
    ({ x, axis, keepdims }: ReductionArguments & { readonly axis: number | null }) => {
      const value = x.dtype === "bool" ? castTo(x.traced, "int32") : x.traced;
      return wrap(findAlong(`ops.${name}`, value, axis, keepdims, find));
    },
  );
}

/** An index along an axis, or (null) in the flattened value. */
export function findAlong(
  where: string,
  x: Var,
  axis: number | null,
  keepdims: boolean,
  find: (x: Var, axis: number) => Var,
): Var {
  const flat = axis === null ? p.reshape(x, [countAlong(x.shape, axesOf(x))]) : x;
  const along = axis === null ? 0 : normalizeAxis(axis, x.shape.length, where);
  const index = find(flat, along);
  if (!keepdims) return index;
  return p.reshape(
    index,
    axis === null ? x.shape.map(() => 1) : x.shape.map((dim, i) => (i === along ? 1 : dim)),
  );
}

/** Index of the largest element along an axis (the first of equals); of all elements when `axis` is null. @see Keras `ops.argmax` */
export const argmax: ReductionOp<"int32"> = argOp("argmax", p.argMax);

/** Index of the smallest element along an axis (the first of equals); of all elements when `axis` is null. @see Keras `ops.argmin` */
export const argmin: ReductionOp<"int32"> = argOp("argmin", p.argMin);

/** Mean over axes, weighted: weights are shaped like `x`, or like its one axis. @see Keras `ops.average` */
export const average: Op1<[{ readonly axis?: Axis }, { readonly weights?: Operand | null }]> = defineOp(
  { name: "average", args: { x: "tensor", axis: opt(null), weights: "tensor?" } },
  ({ x, axis, weights }: { readonly x: Tensor; readonly axis: Axis; readonly weights: Tensor | null }) => {
    const value = inFloat(x.traced);
    if (weights === null) return reduceOver("ops.average", value, axis, false, meanOver);
    const axes = normalizeAxes(axis, x.dims.length, "ops.average");
    const raw = castTo(weights.traced, value.dtype);
    const isVector = raw.shape.length < value.shape.length;
    const full = isVector
      ? p.broadcast(raw, value.shape, raw.shape.length === axes.length ? axes : undefined)
      : p.broadcast(raw, value.shape);
    return wrap(p.div(p.reduceSum(p.mul(value, full), axes), p.reduceSum(full, axes)));
  },
);

/** Mean and variance over axes. @see Keras `ops.moments` */
export const moments: Op1Pair<
  [{ readonly axes: Axis }, { readonly keepdims?: boolean }, { readonly synchronized?: boolean }]
> = defineOp(
  {
    name: "moments",
    module: "nn",
    args: { x: "tensor", axes: "static", keepdims: opt(false), synchronized: opt(false) },
  },
  ({ x, axes, keepdims }: { readonly x: Tensor; readonly axes: Axis; readonly keepdims: boolean }) => {
    const value = inFloat(x.traced);
    return [
      reduceOver("ops.moments", value, axes, keepdims, inSingle(meanOver)),
      reduceOver("ops.moments", value, axes, keepdims, inSingle(varianceOver)),
    ];
  },
);

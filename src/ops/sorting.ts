import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, normalizeAxis } from "../ir/shape.ts";
import { invariant, OptionError, ShapeError } from "../util/errors.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op1, Op1Pair, Op2 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { sliceAxis } from "./rearranging.ts";

/** Bools sort as numbers. */
function sortable(x: Tensor): Var {
  return x.dtype === "bool" ? castTo(x.traced, "int32") : x.traced;
}

function single(results: readonly Var[]): Var {
  const [first] = results;
  invariant(first !== undefined, "sort gives a result for each input");
  return first;
}

/** Elements and their places, sorted along an axis; equal ones keep their order. */
export function sortWithPlaces(x: Var, axis: number, descending = false): { values: Var; places: Var } {
  const [values, places] = p.sort([x, p.iota(x.shape, axis, "int32")], axis, { descending });
  invariant(values !== undefined && places !== undefined, "sort gives a result for each input");
  return { values, places };
}

/** Sorts along an axis; the flattened tensor when it is null. @see Keras `ops.sort` */
export const sort: Op1<[{ readonly axis?: number | null }]> = defineOp(
  { name: "sort", args: { x: "tensor", axis: opt(-1) } },
  ({ x, axis }: { readonly x: Tensor; readonly axis: number | null }) => {
    const value = axis === null ? p.reshape(sortable(x), [x.size]) : sortable(x);
    const at = axis === null ? 0 : normalizeAxis(axis, value.shape.length, "ops.sort");
    return wrap(castTo(single(p.sort([value], at)), x.dtype));
  },
);

/** The places of elements in sorted order along an axis; equal ones keep their order. @see Keras `ops.argsort` */
export const argsort: Op1<[{ readonly axis?: number | null }]> = defineOp(
  { name: "argsort", args: { x: "tensor", axis: opt(-1) } },
  ({ x, axis }: { readonly x: Tensor; readonly axis: number | null }) => {
    const value = axis === null ? p.reshape(sortable(x), [x.size]) : sortable(x);
    const at = axis === null ? 0 : normalizeAxis(axis, value.shape.length, "ops.argsort");
    return wrap(sortWithPlaces(value, at).places);
  },
);

/**
 * Places of elements along an axis such that the `kth` is where sorting would put it, smaller ones before it.
 *
 * As in Keras: the `kth + 1` smallest come first, the others in their order.
 *
 * @see Keras `ops.argpartition`
 */
export const argpartition: Op1<[{ readonly kth: number }, { readonly axis?: number }]> = defineOp(
  { name: "argpartition", args: { x: "tensor", kth: "static", axis: opt(-1) } },
  ({ x, kth, axis }: { readonly x: Tensor; readonly kth: number; readonly axis: number }) => {
    const value = sortable(x);
    const at = normalizeAxis(axis, value.shape.length, "ops.argpartition");
    const n = value.shape[at] ?? 0;
    const k = kth < 0 ? kth + n : kth;
    if (!(k >= 0 && k < n))
      throw new OptionError(`ops.argpartition: expected kth from ${-n} to ${n - 1}, received ${kth}.`);
    return wrap(partition(value, at, k));
  },
);

function partition(value: Var, axis: number, k: number): Var {
  const n = value.shape[axis] ?? 0;
  const order = sortWithPlaces(value, axis).places;
  const rank = single(p.sort([order, p.iota(value.shape, axis, "int32")], axis).slice(1));
  const isSmall = p.le(rank, p.fullLike(rank, k));
  const key = p.select(isSmall, rank, p.offset(p.iota(value.shape, axis, "int32"), n));
  return sortWithPlaces(key, axis).places;
}

/** The k largest elements of the last axis, sorted, and their places. @see Keras `ops.top_k` */
export const topK: Op1Pair<
  [{ readonly k: number }, { readonly sorted?: boolean }, { readonly isStable?: boolean }]
> = defineOp(
  {
    name: "topK",
    module: "math",
    args: { x: "tensor", k: "static", sorted: opt(true), isStable: opt(true) },
  },
  ({ x, k }: { readonly x: Tensor; readonly k: number }) => {
    const value = sortable(x);
    const axis = value.shape.length - 1;
    const n = value.shape[axis] ?? 0;
    if (axis < 0 || !Number.isInteger(k) || k < 0 || k > n) {
      throw new OptionError(
        `ops.topK: expected k from 0 to the size of the last axis of ${formatShape(x.shape)}, received ${k}.`,
      );
    }
    const { values, places } = sortWithPlaces(value, axis, true);
    return [wrap(castTo(sliceAxis(values, axis, 0, k), x.dtype)), wrap(sliceAxis(places, axis, 0, k))];
  },
);

/** Whether the prediction for each target class is among the k largest of its row. @see Keras `ops.in_top_k` */
export const inTopK: Op2<[{ readonly k: number }], "predictions"> = defineOp(
  { name: "inTopK", module: "math", args: { targets: "tensor", predictions: "tensor", k: "static" } },
  ({
    targets,
    predictions,
    k,
  }: {
    readonly targets: Tensor;
    readonly predictions: Tensor;
    readonly k: number;
  }) => {
    const scores = predictions.traced;
    const axis = scores.shape.length - 1;
    const classes = castTo(targets.traced, "int32");
    if (classes.shape.join() !== scores.shape.slice(0, -1).join()) {
      throw new ShapeError(
        `ops.inTopK: expected targets of shape ${formatShape(scores.shape.slice(0, -1))}, received ${formatShape(targets.shape)}.`,
      );
    }
    const before = axesBefore(axis);
    const isTarget = p.eq(p.iota(scores.shape, axis, "int32"), p.broadcast(classes, scores.shape, before));
    const own = p.reduceSum(p.select(isTarget, scores, p.zerosLike(scores)), [axis]);
    const better = p.cast(p.gt(scores, p.broadcast(own, scores.shape, before)), "int32");
    const count = p.reduceSum(better, [axis]);
    return wrap(p.and(p.lt(count, p.fullLike(count, k)), p.isFinite(own)));
  },
);

function axesBefore(axis: number): number[] {
  return Array.from({ length: axis }, (_, i) => i);
}

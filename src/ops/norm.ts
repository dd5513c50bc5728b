import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, normalizeAxis } from "../ir/shape.ts";
import { OptionError } from "../util/errors.ts";
import { axesOf, restoreAxes } from "./core/compute.ts";
import { asFloat, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op1 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";

/** Order of a norm. */
export type NormOrder = number | "fro" | "nuc" | null;

/** `√Σx²`; its slope at 0 is taken as 0. */
function euclidean(x: Var, axes: readonly number[]): Var {
  const total = p.reduceSum(p.square(x), axes);
  const isZero = p.eq(total, p.zerosLike(total));
  return p.select(isZero, p.zerosLike(total), p.sqrt(p.select(isZero, p.fullLike(total, 1), total)));
}

function vectorNorm(x: Var, axis: number, ord: NormOrder): Var {
  const size = p.abs(x);
  if (ord === null || ord === 2) return euclidean(x, [axis]);
  if (typeof ord !== "number")
    throw new OptionError(`ops.norm: the order "${ord}" is one of matrices; for vectors expected a number.`);
  // Nothing has size 0, as for every other order but the smallest.
  if (ord === Infinity) return x.shape[axis] === 0 ? p.reduceSum(size, [axis]) : p.reduceMax(size, [axis]);
  if (ord === -Infinity) return p.reduceMin(size, [axis]);
  if (ord === 0) return p.reduceSum(p.cast(p.ne(x, p.zerosLike(x)), x.dtype), [axis]);
  if (ord === 1) return p.reduceSum(size, [axis]);
  const sum = p.reduceSum(p.pow(size, p.fullLike(size, ord)), [axis]);
  return p.pow(sum, p.fullLike(sum, 1 / ord));
}

/** Norms of the matrices in the plane of a row and a column axis. */
function matrixNorm(x: Var, [row, column]: readonly [number, number], ord: NormOrder): Var {
  if (ord === null || ord === "fro")
    return euclidean(
      x,
      [row, column].toSorted((a, b) => a - b),
    );
  const size = p.abs(x);
  const alongRows = (axis: number, other: number): number => (other > axis ? other - 1 : other);
  if (ord === 1) return p.reduceMax(p.reduceSum(size, [row]), [alongRows(row, column)]);
  if (ord === -1) return p.reduceMin(p.reduceSum(size, [row]), [alongRows(row, column)]);
  if (ord === Infinity) return p.reduceMax(p.reduceSum(size, [column]), [alongRows(column, row)]);
  if (ord === -Infinity) return p.reduceMin(p.reduceSum(size, [column]), [alongRows(column, row)]);
  const [, s] = p.svd(
    p.transpose(x, [...axesOf(x).filter((axis) => axis !== row && axis !== column), row, column]),
  );
  const last = [s.shape.length - 1];
  if (ord === "nuc") return p.reduceSum(s, last);
  if (ord === 2) return p.reduceMax(s, last);
  if (ord === -2) return p.reduceMin(s, last);
  throw new OptionError(
    `ops.norm: expected the order of a matrix norm to be "fro", "nuc", 1, -1, 2, -2, Infinity or -Infinity, received ${String(ord)}.`,
  );
}

/** Norm of vectors (one axis), of matrices (two) or of everything; the Euclidean one by default. @see Keras `ops.norm` */
export const norm: Op1<
  [
    { readonly ord?: NormOrder },
    { readonly axis?: number | readonly number[] | null },
    { readonly keepdims?: boolean },
  ]
> = defineOp(
  {
    name: "norm",
    module: "linalg",
    args: { x: "tensor", ord: opt(null), axis: opt(null), keepdims: opt(false) },
  },
  ({
    x,
    ord,
    axis,
    keepdims,
  }: {
    readonly x: Tensor;
    readonly ord: NormOrder;
    readonly axis: number | readonly number[] | null;
    readonly keepdims: boolean;
  }) => {
    const value = asFloat(x);
    const rank = value.shape.length;
    if (axis === null && ord === null) {
      const total = euclidean(value, axesOf(value));
      return wrap(keepdims ? restoreAxes(total, value.shape, axesOf(value)) : total);
    }
    const axes = (axis === null ? axesOf(value) : typeof axis === "number" ? [axis] : axis).map((a) =>
      normalizeAxis(a, rank, "ops.norm"),
    );
    const [first = 0, second] = axes;
    if (axes.length < 1 || axes.length > 2 || first === second) {
      throw new OptionError(
        `ops.norm: expected one or two axes, received ${formatShape(axes)} for shape ${formatShape(x.shape)}.`,
      );
    }
    const result =
      second === undefined ? vectorNorm(value, first, ord) : matrixNorm(value, [first, second], ord);
    return wrap(keepdims ? restoreAxes(result, value.shape, axes) : result);
  },
);

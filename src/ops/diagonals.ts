import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, normalizeAxis } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { axesOf } from "./core/compute.ts";
import { wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op1 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { forSum } from "./reductions.ts";

/** The k-th diagonal of the last two axes. */
export function lastDiagonal(x: Var, offset: number): Var {
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const count = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)));
  const batch = x.shape.slice(0, -2);
  if (count === 0) return p.full(0, [...batch, 0], x.dtype);
  const flat = p.reshape(x, [...batch, rows * columns]);
  const first = offset >= 0 ? offset : -offset * columns;
  const limit = first + (count - 1) * (columns + 1) + 1;
  const ones = batch.map(() => 1);
  return p.slice(flat, [...batch.map(() => 0), first], [...batch, limit], [...ones, columns + 1]);
}

/** A vector on the k-th diagonal of a square matrix of zeros. */
export function onDiagonal(x: Var, k: number): Var {
  const n = (x.shape[0] ?? 0) + Math.abs(k);
  const rows = p.pad(x, 0, [Math.max(0, -k)], [Math.max(0, k)]);
  const [i, j] = [p.iota([n, n], 0, "int32"), p.iota([n, n], 1, "int32")];
  return p.select(p.eq(p.offset(i, k), j), p.broadcast(rows, [n, n], [0]), p.full(0, [n, n], x.dtype));
}

interface DiagonalArguments {
  readonly x: Tensor;
  readonly offset: number;
  readonly axis1: number;
  readonly axis2: number;
}

function planeLast(where: string, { x, axis1, axis2 }: DiagonalArguments): Var {
  const rank = x.dims.length;
  if (rank < 2)
    throw new ShapeError(`${where}: expected a tensor of rank ≥ 2, received shape ${formatShape(x.shape)}.`);
  const [a, b] = [normalizeAxis(axis1, rank, where), normalizeAxis(axis2, rank, where)];
  if (a === b) throw new OptionError(`${where}: axis1 and axis2 must differ, both are ${a}.`);
  return p.transpose(x.traced, [...axesOf(x).filter((axis) => axis !== a && axis !== b), a, b]);
}

export type DiagonalRest = [
  { readonly offset?: number },
  { readonly axis1?: number },
  { readonly axis2?: number },
];

/** A diagonal of the plane of two axes, as the last axis. @see Keras `ops.diagonal` */
export const diagonal: Op1<DiagonalRest> = defineOp(
  { name: "diagonal", args: { x: "tensor", offset: opt(0), axis1: opt(0), axis2: opt(1) } },
  (args: DiagonalArguments) => wrap(lastDiagonal(planeLast("ops.diagonal", args), args.offset)),
);

/** Sum of a diagonal of the plane of two axes. @see Keras `ops.trace` */
export const trace: Op1<DiagonalRest> = defineOp(
  { name: "trace", args: { x: "tensor", offset: opt(0), axis1: opt(0), axis2: opt(1) } },
  (args: DiagonalArguments) => {
    const line = forSum(lastDiagonal(planeLast("ops.trace", args), args.offset));
    return wrap(p.reduceSum(line, [line.shape.length - 1]));
  },
);

/** A vector as a diagonal matrix; of a matrix, its diagonal. @see Keras `ops.diag` */
export const diag: Op1<[{ readonly k?: number }]> = defineOp(
  { name: "diag", args: { x: "tensor", k: opt(0) } },
  ({ x, k }: { readonly x: Tensor; readonly k: number }) => {
    if (x.dims.length === 1) return wrap(onDiagonal(x.traced, k));
    if (x.dims.length === 2) return wrap(lastDiagonal(x.traced, k));
    throw new ShapeError(
      `ops.diag: expected a vector or a matrix, received shape ${formatShape(x.shape)}. Use ops.diagonal for more axes.`,
    );
  },
);

/** All elements on the diagonal of a square matrix. @see Keras `ops.diagflat` */
export const diagflat: Op1<[{ readonly k?: number }]> = defineOp(
  { name: "diagflat", args: { x: "tensor", k: opt(0) } },
  ({ x, k }: { readonly x: Tensor; readonly k: number }) =>
    wrap(onDiagonal(p.reshape(x.traced, [x.size]), k)),
);

/** Zeros above (or below) the k-th diagonal of the last two axes. */
export function triangle(x: Var, k: number, part: "lower" | "upper"): Var {
  const rank = x.shape.length;
  if (rank < 2)
    throw new ShapeError(
      `ops.${part === "lower" ? "tril" : "triu"}: expected a tensor of rank ≥ 2, received shape ${formatShape(x.shape)}.`,
    );
  const [i, j] = [p.offset(p.iota(x.shape, rank - 2, "int32"), k), p.iota(x.shape, rank - 1, "int32")];
  return p.select(part === "lower" ? p.ge(i, j) : p.le(i, j), x, p.fullLike(x, 0));
}

/** The part at and below the k-th diagonal of the last two axes. @see Keras `ops.tril` */
export const tril: Op1<[{ readonly k?: number }]> = defineOp(
  { name: "tril", args: { x: "tensor", k: opt(0) } },
  ({ x, k }: { readonly x: Tensor; readonly k: number }) => wrap(triangle(x.traced, k, "lower")),
);

/** The part at and above the k-th diagonal of the last two axes. @see Keras `ops.triu` */
export const triu: Op1<[{ readonly k?: number }]> = defineOp(
  { name: "triu", args: { x: "tensor", k: opt(0) } },
  ({ x, k }: { readonly x: Tensor; readonly k: number }) => wrap(triangle(x.traced, k, "upper")),
);

import type { DType } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { broadcastShapes, formatShape, normalizeAxis, sizeOf } from "../ir/shape.ts";
import type { Matmul } from "../ir/shape-types/index.ts";
import { ShapeError } from "../util/errors.ts";
import { axesOf, moveAxis } from "./core/compute.ts";
import { castTo, unify, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Op2, Result } from "./core/op-types.ts";
import { floatType, resultType } from "./core/promote.ts";
import type { Fits, Operand, PromotedOf, ShapeOf } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";

/** Two operands of a product; the names are Keras's. */
export interface Pair {
  readonly x1: Tensor;
  readonly x2: Tensor;
}

const pairArgs = { x1: "tensor", x2: "tensor" } as const;

/** The dtype in which products are summed: bools are counted. */
export function productType(dtype: DType): DType {
  return dtype === "bool" ? "int32" : dtype;
}

/** Both operands in the dtype in which their products are summed, shapes as they are. */
function inOneType({ x1, x2 }: Pair): [Var, Var] {
  const dtype = productType(resultType([x1, x2]));
  return [castTo(x1.traced, dtype), castTo(x2.traced, dtype)];
}

/** Matrix product of values as in NumPy: vectors are rows on the left, columns on the right; leading axes broadcast. */
export function multiplyMatrices(a: Var, b: Var): Var {
  const describe = `shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`;
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new ShapeError(
      `ops.matmul: expected operands of rank ≥ 1, received ${describe}. Use ops.multiply for scalars.`,
    );
  }
  const [isRow, isColumn] = [a.shape.length === 1, b.shape.length === 1];
  const left = isRow ? p.reshape(a, [1, ...a.shape]) : a;
  const right = isColumn ? p.reshape(b, [...b.shape, 1]) : b;
  const [k, n] = [left.shape.at(-1) ?? 0, right.shape.at(-1) ?? 0];
  if (k !== right.shape.at(-2)) {
    throw new ShapeError(
      `ops.matmul: ${describe} do not fit: the last axis of the first (${k}) must equal the ${isColumn ? "only" : "last but one"} axis of the second (${right.shape.at(-2)}).`,
    );
  }
  const product =
    right.shape.length === 2
      ? p.matmul(p.reshape(left, [sizeOf(left.shape.slice(0, -1)), k]), right)
      : batchedMatmul(left, right);
  const batch = right.shape.length === 2 ? left.shape.slice(0, -2) : product.shape.slice(0, -2);
  const rows = isRow ? [] : [left.shape.at(-2) ?? 0];
  return p.reshape(product, [...batch, ...rows, ...(isColumn ? [] : [n])]);
}

function batchedMatmul(a: Var, b: Var): Var {
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), "ops.matmul");
  const spreadTo = (x: Var): Var => p.broadcast(x, [...batch, ...x.shape.slice(-2)]);
  return p.matmul(spreadTo(a), spreadTo(b));
}

interface MatmulFunction {
  <A extends Operand, B extends Operand>(
    x1: A,
    options: { readonly x2: B & Fits<Matmul<ShapeOf<A>, ShapeOf<B>>> },
  ): Result<A | B, Matmul<ShapeOf<A>, ShapeOf<B>>, PromotedOf<A, B>>;
  <A extends Operand, B extends Operand>(
    x1: A,
    x2: B & Fits<Matmul<ShapeOf<A>, ShapeOf<B>>>,
  ): Result<A | B, Matmul<ShapeOf<A>, ShapeOf<B>>, PromotedOf<A, B>>;
}

/**
 * Matrix product, as in NumPy.
 *
 * Shapes: `[…, m, k] · […, k, n] → […, m, n]`; leading axes broadcast; a vector on either side loses its axis.
 *
 * @see Keras `ops.matmul`
 */
export const matmul: OpFunction<MatmulFunction> = defineOp(
  { name: "matmul", args: pairArgs },
  ({ x1, x2 }: Pair) => {
    const dtype = resultType([x1, x2]);
    // Sums of 8-bit products need 32 bits, as in Keras; bools give bools.
    const isSmall = x1.dtype === "int8" && x2.dtype === "int8";
    const sumType = isSmall ? "int32" : productType(dtype);
    const product = multiplyMatrices(castTo(x1.traced, sumType), castTo(x2.traced, sumType));
    return wrap(castTo(product, isSmall ? "int32" : dtype));
  },
);

/** Sums products over pairs of axes: free axes of `a`, then those of `b`. */
export function contract(a: Var, b: Var, axesA: readonly number[], axesB: readonly number[]): Var {
  const sizes = [axesA.map((axis) => a.shape[axis] ?? 0), axesB.map((axis) => b.shape[axis] ?? 0)] as const;
  if (sizes[0].join() !== sizes[1].join()) {
    throw new ShapeError(
      `ops.tensordot: axes ${formatShape(axesA)} of ${formatShape(a.shape)} and ${formatShape(axesB)} of ${formatShape(b.shape)} differ in size: ${formatShape(sizes[0])} against ${formatShape(sizes[1])}.`,
    );
  }
  const freeA = axesOf(a).filter((axis) => !axesA.includes(axis));
  const freeB = axesOf(b).filter((axis) => !axesB.includes(axis));
  const k = sizeOf(sizes[0]);
  const dimsA = freeA.map((axis) => a.shape[axis] ?? 0);
  const dimsB = freeB.map((axis) => b.shape[axis] ?? 0);
  const left = p.reshape(p.transpose(a, [...freeA, ...axesA]), [sizeOf(dimsA), k]);
  const right = p.reshape(p.transpose(b, [...axesB, ...freeB]), [k, sizeOf(dimsB)]);
  return p.reshape(p.matmul(left, right), [...dimsA, ...dimsB]);
}

/** Dot product: the last axis of the first against the last but one of the second; scalars multiply. @see Keras `ops.dot` */
export const dot: Op2 = defineOp({ name: "dot", args: pairArgs }, (pair: Pair) => {
  const [a, b] = inOneType(pair);
  if (a.shape.length === 0 || b.shape.length === 0) {
    const shape = a.shape.length === 0 ? b.shape : a.shape;
    return wrap(p.mul(p.broadcast(a, shape), p.broadcast(b, shape)));
  }
  return wrap(contract(a, b, [a.shape.length - 1], [Math.max(0, b.shape.length - 2)]));
});

/** Dot product of the flattened operands. @see Keras `ops.vdot` */
export const vdot: Op2 = defineOp({ name: "vdot", args: pairArgs }, (pair: Pair) => {
  const [a, b] = inOneType(pair).map((x) => p.reshape(x, [sizeOf(x.shape)])) as [Var, Var]; // SAFETY: a pair stays one
  return wrap(contract(a, b, [0], [0]));
});

/** Sum of products over the last axes. @see Keras `ops.inner` */
export const inner: Op2 = defineOp({ name: "inner", args: pairArgs }, (pair: Pair) => {
  const [a, b] = inOneType(pair);
  if (a.shape.length === 0 || b.shape.length === 0) {
    const shape = a.shape.length === 0 ? b.shape : a.shape;
    return wrap(p.mul(p.broadcast(a, shape), p.broadcast(b, shape)));
  }
  return wrap(contract(a, b, [a.shape.length - 1], [b.shape.length - 1]));
});

/** Every product of an element of one with an element of the other: a matrix. @see Keras `ops.outer` */
export const outer: Op2 = defineOp({ name: "outer", args: pairArgs }, (pair: Pair) => {
  const [a, b] = inOneType(pair);
  const shape = [sizeOf(a.shape), sizeOf(b.shape)];
  const column = p.broadcast(p.reshape(a, [sizeOf(a.shape)]), shape, [0]);
  return wrap(p.mul(column, p.broadcast(p.reshape(b, [sizeOf(b.shape)]), shape, [1])));
});

/** Axes of `tensordot`: how many of the last and first, or lists for each operand. */
export type TensordotAxes = number | readonly [number | readonly number[], number | readonly number[]];

/** Sum of products over given axes of both operands. @see Keras `ops.tensordot` */
export const tensordot: Op2<[{ readonly axes?: TensordotAxes }]> = defineOp(
  { name: "tensordot", args: { ...pairArgs, axes: opt(2) } },
  ({ axes, ...pair }: Pair & { readonly axes: TensordotAxes }) => {
    const [a, b] = inOneType(pair);
    const lists = typeof axes === "number" ? countedAxes(axes, a.shape.length) : axes;
    const normalized = lists.map((list, i) =>
      (typeof list === "number" ? [list] : list).map((axis) =>
        normalizeAxis(axis, (i === 0 ? a : b).shape.length, "ops.tensordot"),
      ),
    );
    return wrap(contract(a, b, normalized[0] ?? [], normalized[1] ?? []));
  },
);

function countedAxes(count: number, rank: number): [number[], number[]] {
  const positions = Array.from({ length: count }, (_, i) => i);
  return [positions.map((i) => rank - count + i), positions];
}

/** Kronecker product. @see Keras `ops.kron` */
export const kron: Op2 = defineOp({ name: "kron", args: pairArgs }, (pair: Pair) => {
  const [a, b] = inOneType(pair);
  const rank = Math.max(a.shape.length, b.shape.length);
  const padded = ({ shape }: Var): number[] => [
    ...Array.from({ length: rank - shape.length }, () => 1),
    ...shape,
  ];
  const [dimsA, dimsB] = [padded(a), padded(b)];
  const paired = dimsA.flatMap((dim, i) => [dim, dimsB[i] ?? 1]);
  const even = dimsA.map((_, i) => 2 * i);
  const left = p.broadcast(p.reshape(a, dimsA), paired, even);
  const right = p.broadcast(
    p.reshape(b, dimsB),
    paired,
    even.map((i) => i + 1),
  );
  return wrap(
    p.reshape(
      p.mul(left, right),
      dimsA.map((dim, i) => dim * (dimsB[i] ?? 1)),
    ),
  );
});

interface CrossArguments extends Pair {
  readonly axisa: number;
  readonly axisb: number;
  readonly axisc: number;
  readonly axis: number | null;
}

/** Cross product of vectors of 2 or 3 components along an axis. @see Keras `ops.cross` */
export const cross: Op2<
  [
    { readonly axisa?: number },
    { readonly axisb?: number },
    { readonly axisc?: number },
    { readonly axis?: number | null },
  ]
> = defineOp(
  { name: "cross", args: { ...pairArgs, axisa: opt(-1), axisb: opt(-1), axisc: opt(-1), axis: opt(null) } },
  ({ axis, axisa, axisb, axisc, ...pair }: CrossArguments) => {
    const [x, y] = inOneType(pair);
    const last = (v: Var, at: number): Var =>
      moveAxis(v, normalizeAxis(at, v.shape.length, "ops.cross"), v.shape.length - 1);
    const [a, b] = [last(x, axis ?? axisa), last(y, axis ?? axisb)];
    const [sizeA, sizeB] = [a.shape.at(-1) ?? 0, b.shape.at(-1) ?? 0];
    if (![2, 3].includes(sizeA) || ![2, 3].includes(sizeB)) {
      throw new ShapeError(
        `ops.cross: expected vectors of 2 or 3 components, received ${sizeA} and ${sizeB}.`,
      );
    }
    const shape = broadcastShapes(a.shape.slice(0, -1), b.shape.slice(0, -1), "ops.cross");
    const part = (v: Var, i: number): Var => {
      if (i >= (v.shape.at(-1) ?? 0)) return p.full(0, shape, v.dtype);
      const start = v.shape.map((_, d) => (d === v.shape.length - 1 ? i : 0));
      const limit = v.shape.map((dim, d) => (d === v.shape.length - 1 ? i + 1 : dim));
      return p.broadcast(p.reshape(p.slice(v, start, limit), v.shape.slice(0, -1)), shape);
    };
    const minor = (i: number, j: number): Var =>
      p.sub(p.mul(part(a, i), part(b, j)), p.mul(part(a, j), part(b, i)));
    if (sizeA === 2 && sizeB === 2) return wrap(minor(0, 1));
    const components = [minor(1, 2), minor(2, 0), minor(0, 1)].map((c) => p.reshape(c, [...shape, 1]));
    const joined = p.concat(components, shape.length);
    return wrap(moveAxis(joined, shape.length, normalizeAxis(axis ?? axisc, shape.length + 1, "ops.cross")));
  },
);

/** Distances between the rows of `x` and those of `y`: `[…, p, m], […, r, m] → […, p, r]`. @see Keras `ops.cdist` */
export const cdist: Op2<readonly [], "y"> = defineOp(
  { name: "cdist", className: "CDist", module: "math", args: { x: "tensor", y: "tensor" } },
  ({ x, y }: { readonly x: Tensor; readonly y: Tensor }) => {
    const dtype = resultType([x, y]);
    const compute = floatType(dtype);
    // x: […, p, 1, m], y: […, 1, r, m]
    const withAxis = (t: Tensor, fromEnd: number): Tensor => {
      const v = castTo(t.traced, compute);
      const at = v.shape.length - fromEnd;
      return wrap(p.reshape(v, [...v.shape.slice(0, at), 1, ...v.shape.slice(at)]));
    };
    const [a, b] = unify("ops.cdist", [withAxis(x, 1), withAxis(y, 2)]);
    if (a === undefined || b === undefined) throw new ShapeError("ops.cdist: two operands are needed.");
    const squared = p.reduceSum(p.square(p.sub(a, b)), [a.shape.length - 1]);
    // The slope of √ at 0 is infinite; equal rows have gradient 0.
    const isZero = p.eq(squared, p.zerosLike(squared));
    return wrap(
      p.select(isZero, p.zerosLike(squared), p.sqrt(p.select(isZero, p.fullLike(squared, 1), squared))),
    );
  },
);

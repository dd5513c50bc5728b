import { DTypeError, ShapeError } from "../util/errors.ts";
import { isFloat } from "./dtypes.ts";
import { fromNumbers } from "./numbers.ts";
import type { PrimitiveFunctions, RefArray } from "./primitive.ts";
import type { Aval, Var } from "./program.ts";
import { type Dims, formatShape, sizeOf } from "./shape.ts";

/** Checks that `x` is a stack of matrices of floats, square ones where asked for; returns rows and columns. */
export function requireMatrices(name: string, x: Aval, square = false): [rows: number, columns: number] {
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  if (x.shape.length < 2 || (square && rows !== columns)) {
    const wanted = square ? "[…, n, n]" : "[…, rows, columns]";
    throw new ShapeError(`${name}: expected matrices ${wanted}, received ${formatShape(x.shape)}.`);
  }
  if (!isFloat(x.dtype))
    throw new DTypeError(`${name}: expected a float dtype, received ${x.dtype}. Cast it first.`);
  return [rows, columns];
}

/** A matrix in plain numbers: rows of columns. */
export type Matrix = number[][];

export function zeroMatrix(rows: number, columns: number): Matrix {
  return Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
}

export function identityMatrix(n: number): Matrix {
  return zeroMatrix(n, n).map((row, i) => row.with(i, 1));
}

/** Element of a matrix that is known to lie inside it. */
export function at(matrix: Matrix, row: number, column: number): number {
  return matrix[row]?.[column] ?? Number.NaN;
}

export function transposed(matrix: Matrix): Matrix {
  return Array.from({ length: matrix[0]?.length ?? 0 }, (_, j) => matrix.map((row) => row[j] ?? 0));
}

/** The matrices of a stack, one after the other. */
export function matricesOf({ shape, data }: RefArray): Matrix[] {
  const [rows = 0, columns = 0] = shape.slice(-2);
  const row = (start: number): number[] => [...data.subarray(start, start + columns)];
  return Array.from({ length: sizeOf(shape.slice(0, -2)) }, (_, k) =>
    Array.from({ length: rows }, (__, i) => row((k * rows + i) * columns)),
  );
}

/** Puts equally shaped parts (matrices, vectors, numbers) back into one array; `shape` is that of the whole. */
export function stacked(
  parts: readonly (Matrix | readonly number[])[],
  shape: Dims,
  dtype: RefArray["dtype"],
): RefArray {
  return { shape, dtype, data: Float64Array.from(parts.flat(2)) };
}

/** Folds all leading axes into one: `[…, m, n] → [batch, m, n]`. */
export function asBatch(p: PrimitiveFunctions, x: Var): Var {
  return p.reshape(x, [sizeOf(x.shape.slice(0, -2)), ...x.shape.slice(-2)]);
}

/** `x` with the elements outside a triangle replaced by 0; `offset` moves the diagonal that the triangle includes. */
export function triangle(p: PrimitiveFunctions, x: Var, part: "lower" | "upper", offset = 0): Var {
  const rank = x.shape.length;
  const rows = p.offset(p.iota(x.shape, rank - 2, "int32"), offset);
  const columns = p.iota(x.shape, rank - 1, "int32");
  return p.select(part === "lower" ? p.ge(rows, columns) : p.le(rows, columns), x, p.zerosLike(x));
}

/** `[n, n]` with ones on the diagonal, broadcast over leading axes where `shape` has them. */
export function identity(p: PrimitiveFunctions, shape: Dims, dtype: Var["dtype"]): Var {
  const rank = shape.length;
  return p.cast(p.eq(p.iota(shape, rank - 2, "int32"), p.iota(shape, rank - 1, "int32")), dtype);
}

/** The diagonal of each matrix: `[…, n, n] → […, n]`. */
export function diagonal(p: PrimitiveFunctions, x: Var): Var {
  return p.reduceSum(p.mul(x, identity(p, x.shape, x.dtype)), [x.shape.length - 1]);
}

/** For each step k of a scan, the int32 start `[0, …, k, …, 0]` of a dynamic slice. */
export function startsAlong(p: PrimitiveFunctions, steps: number, rank: number, axis: number): Var {
  const counters = p.iota([steps, 1], 0, "int32");
  return p.pad(counters, 0, [0, axis], [0, rank - 1 - axis]);
}

/**
 * +1 or −1 for each column of `[batch, m, n]`, so that eigenvectors and singular vectors come out with a sign of their own.
 *
 * The sign is that of a sum with irrational weights, which vanishes for no vector of simple form.
 */
export function columnSigns(p: PrimitiveFunctions, x: Var): Var {
  const [batch = 0, rows = 0] = x.shape;
  const weights = fromNumbers(
    Array.from({ length: rows }, (_, i) => signWeight(i)),
    x.dtype,
  );
  const spread = p.broadcast(p.literal(weights, [rows], x.dtype), [batch, rows, x.shape[2] ?? 0], [1]);
  const sums = p.reduceSum(p.mul(x, spread), [1]);
  return p.select(p.lt(sums, p.zerosLike(sums)), p.fullLike(sums, -1), p.fullLike(sums, 1));
}

/** Weight of row `i` in the sum that fixes a column's sign. */
export function signWeight(i: number): number {
  return 1 / (i + Math.SQRT2);
}
